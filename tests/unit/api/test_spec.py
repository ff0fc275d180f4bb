"""The effective values of a spec, with the defaults that are applied in code."""

import base64

import pytest

from oauth_connector.api.v1alpha1.client import ClientSpec
from oauth_connector.api.v1alpha1.output import DEFAULT_KEYS, OutputField
from oauth_connector.api.v1alpha1.references import ConfigMapKeyReference, SecretKeyReference
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.oauth.client_auth.basic import BasicEncoding
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.registry import GrantType
from tests.support.builders import a_password_spec, a_spec
from tests.support.manifests import samples

PUBLIC = {"id": "robot"}


def parse_valid_spec(manifest: dict[str, object]) -> OAuthConnectorSpec:
    """Read a spec that must be one."""
    return OAuthConnectorSpec.model_validate(manifest, by_alias=True, by_name=False)


def test_the_minimal_spec_has_all_defaults() -> None:
    """The defaults are Basic by RFC 6749, spaces between scopes, Bearer, one hour, and `<connector>-token`."""
    spec = parse_valid_spec(a_spec())
    assert spec.grant_type is GrantType.CLIENT_CREDENTIALS
    assert spec.effective_authentication is ClientAuthentication.BASIC
    assert spec.client.effective_basic_encoding is BasicEncoding.FORM
    assert (spec.effective_scopes, spec.separator, spec.effective_header_prefix) == ((), " ", "Bearer")
    assert spec.default_lifetime_seconds == 3600
    assert spec.output_secret_name("crm") == "crm-token"
    assert not spec.is_secret_retained


def test_explicit_values_override_the_defaults() -> None:
    """The most complete sample of the corpus keeps all its values."""
    spec = parse_valid_spec(samples("good")["everything"].manifest["spec"])
    assert spec.client.effective_basic_encoding is BasicEncoding.RAW
    assert spec.effective_scopes == ("contacts.read", "https://api.example.com/.default")
    assert (spec.separator, spec.effective_header_prefix) == (",", "Zoho-oauthtoken")
    assert spec.default_lifetime_seconds == 5400
    assert spec.output_secret_name("crm") == "crm-oauth"
    assert spec.is_secret_retained


def test_a_client_without_a_secret_uses_no_authentication() -> None:
    """A public client sends its identifier alone."""
    assert parse_valid_spec(a_password_spec(client=PUBLIC)).effective_authentication is ClientAuthentication.NONE


def test_scopes_in_one_string_are_split() -> None:
    """Commas, spaces and line breaks separate the scopes in `scope`."""
    assert parse_valid_spec(a_spec(scope="a,b c\n d")).effective_scopes == ("a", "b", "c", "d")


def test_an_empty_prefix_is_kept() -> None:
    """An empty prefix requests the bare token and does not count as absent."""
    assert parse_valid_spec(a_spec(headerPrefix="")).effective_header_prefix == ""


def test_references_have_their_default_keys() -> None:
    """Every reference is listed in one place, each with the key that its kind has by default."""
    password = {"usernameSecretRef": {"name": "ann"}, "passwordSecretRef": {"name": "ann"}}
    client = {"idSecretRef": {"name": "robot"}, "secretRef": {"name": "robot"}}
    spec = parse_valid_spec(a_spec(grantType="Password", password=password, client=client))
    assert spec.secret_references == (
        SecretKeyReference(name="robot", key="client-id"),
        SecretKeyReference(name="robot", key="client-secret"),
        SecretKeyReference(name="ann", key="username"),
        SecretKeyReference(name="ann", key="password"),
    )
    assert spec.reference("client.idSecretRef") == ("robot", "client-id")


def test_an_explicit_key_overrides_the_default() -> None:
    """A reference with a key keeps it."""
    spec = parse_valid_spec(a_spec(client={"id": "robot", "secretRef": {"name": "robot", "key": "s"}}))
    assert spec.secret_references == (SecretKeyReference(name="robot", key="s"),)
    assert ConfigMapKeyReference(name="ca").effective_key == "ca.crt"


def test_a_bundle_is_decoded() -> None:
    """`caBundle` is returned as PEM, also if it has several lines."""
    text = base64.encodebytes(b"-----BEGIN CERTIFICATE-----\n" * 4).decode()
    provider = parse_valid_spec(a_spec(provider={"tokenURL": "https://x.example.com", "caBundle": text})).provider
    assert provider.ca_bundle_pem == "-----BEGIN CERTIFICATE-----\n" * 4
    assert parse_valid_spec(a_spec()).provider.ca_bundle_pem is None


def test_a_bundle_that_is_not_text_is_unchanged() -> None:
    """Base64 of other data fails later as a certificate, and status reports it."""
    text = base64.b64encode(b"\xff\xfe").decode()
    provider = parse_valid_spec(a_spec(provider={"tokenURL": "https://x.example.com", "caBundle": text})).provider
    assert provider.ca_bundle_pem == text


def test_every_output_field_has_a_default_key() -> None:
    """Each field that can be published has its own key."""
    assert DEFAULT_KEYS.keys() == set(OutputField)
    assert len(set(DEFAULT_KEYS.values())) == len(DEFAULT_KEYS)


@pytest.mark.parametrize("method", [ClientAuthentication.BASIC, ClientAuthentication.POST])
def test_a_method_without_its_secret_is_an_error(method: ClientAuthentication) -> None:
    """Basic and Post cannot be built without a secret."""
    with pytest.raises(ValueError, match=method.value):
        ClientSpec(id="robot").build_client(method, {})
