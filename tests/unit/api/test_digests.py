"""Digests are derived from the fields of the spec: a field that does not declare its digests is an error."""

from typing import Annotated

import pytest
from pydantic import Field

from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.client import ClientSpec
from oauth_connector.api.v1alpha1.digested_fields import require_declarations
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.builders import a_spec
from tests.support.manifests import samples

DIGESTS = {
    "authorization-code-with-empty-member": (
        "8ce1ffb19da1a1d059b4eb8f4ddd3b94",
        "3f6e4e1674d46b90e04d55dcb466556c",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "ca-bundle": (
        "0327e3317369655eafaedc9caf7c9fb5",
        "3008e7d029b5e3f8dfd78435f4407086",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "discovery": (
        "d564504349a5275c92cf61a8a02e34d1",
        "3008e7d029b5e3f8dfd78435f4407086",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "everything": (
        "4d1e9cfdc71040c449fda245d75925fb",
        "429e45cea90855e3106c6e9ef7015bc7",
        "bb0e6ac66964606ffb187c9833e28689",
    ),
    "everything-with-authorization-code": (
        "4400d41f6ef868f2f4c0a09c07b1f19d",
        "689f4fa32bee0a736719dee69586ac7f",
        "55872a9e717e78490481ec0c7def0ddf",
    ),
    "everything-with-refresh-token": (
        "f26da12381dbe048350ae4ced42fd0ab",
        "a00f599e9e3bcc992290aa33d50d64ab",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "minimal": (
        "0327e3317369655eafaedc9caf7c9fb5",
        "3008e7d029b5e3f8dfd78435f4407086",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "password-grant-from-secrets": (
        "8d7d6cf410c6d0df82efb2b575287b5f",
        "91a3af69d22246c1ab82588867ef7fb0",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
    "preset-zoho-in-europe": (
        "942fdef434686c29b24c30898bd914ba",
        "3f6e4e1674d46b90e04d55dcb466556c",
        "a0b0a610bc4a4ca25774cc7cfe76431f",
    ),
    "refresh-token": (
        "0d54f23bcc269ccc5bba7b95ef05bf78",
        "d3f31e2cf3f6c230623c7e2cd34e6269",
        "76e14655f2fbc1319ebcaeeaf97644e8",
    ),
}
"""Digests of manifests: of the request, of the consent, and of the output Secret."""


def the_spec(kind: type[OAuthConnectorSpec] = OAuthConnectorSpec, **changes: object) -> OAuthConnectorSpec:
    """Read a spec."""
    return kind.model_validate(a_spec(**changes), by_alias=True, by_name=False)


class SpecWithForgottenField(OAuthConnectorSpec):
    """A spec with a field that declares nothing."""

    forgotten: str | None = Field(None, description="A field.")


class SpecWithNewField(OAuthConnectorSpec):
    """A spec with a field that declares the digests that it enters."""

    assertion: Annotated[str | None, digests.IN_REQUEST_AND_CONSENT] = Field(None, description="A field.")


def test_a_field_without_a_declaration_is_an_error() -> None:
    """The check that is made at import names the field."""
    with pytest.raises(TypeError, match="no declaration of digests for forgotten"):
        require_declarations(SpecWithForgottenField)


class ProviderWithForgottenField(ProviderSpec):
    """A provider with a field that declares nothing."""

    resource_server: str | None = Field(None, description="A field.")


class SpecWithForgottenNestedField(OAuthConnectorSpec):
    """A spec with a member that has such a field."""

    provider: ProviderWithForgottenField


class ProviderWithNewField(ProviderSpec):
    """A provider with a field that declares the digest that it enters."""

    resource_server: Annotated[str | None, digests.IN_REQUEST] = Field(None, description="A field.")


class SpecWithNewNestedField(OAuthConnectorSpec):
    """A spec with a member that has such a field."""

    provider: ProviderWithNewField


class ClientWithNewField(ClientSpec):
    """A client with two fields, of which one enters the digest of the client."""

    key_type: Annotated[str | None, digests.CLIENT] = Field(None, description="A field.")
    comment: Annotated[str | None, digests.NOT_DIGESTED] = Field(None, description="A field.")


class SpecWithNewClientField(OAuthConnectorSpec):
    """A spec with a member that has such fields."""

    client: ClientWithNewField


class SpecWithDeclaredMember(OAuthConnectorSpec):
    """A spec with a member that declares digests in the place of its fields."""

    provider: Annotated[ProviderSpec, digests.PROVIDER]


def test_a_nested_field_without_a_declaration_is_an_error() -> None:
    """The check names the path of a field within a member."""
    with pytest.raises(TypeError, match=r"no declaration of digests for provider\.resourceServer$"):
        require_declarations(SpecWithForgottenNestedField)


def test_a_member_that_declares_digests_itself_is_an_error() -> None:
    """A declaration for the whole member would hide a forgotten field."""
    with pytest.raises(TypeError, match="provider declares digests in the place of its fields"):
        require_declarations(SpecWithDeclaredMember)


def test_a_new_nested_field_enters_the_digest_only_where_it_is_set() -> None:
    """A release with another field in a member leaves the digests of existing connectors."""
    token_url = "https://login.example.com/token"
    without = the_spec(SpecWithNewNestedField)
    given = the_spec(SpecWithNewNestedField, provider={"tokenURL": token_url, "resourceServer": "api"})
    assert without.request_digest == the_spec().request_digest
    assert given.request_digest != without.request_digest
    assert digests.digest_grant(given) == digests.digest_grant(without)


def test_the_client_is_digested_as_its_fields_declare() -> None:
    """A field that shares the entry of the client changes the digest; one that is not digested does not."""
    client = {"id": "robot", "secretRef": {"name": "robot"}}
    without = the_spec(SpecWithNewClientField)
    assert without.request_digest == the_spec().request_digest
    assert the_spec(SpecWithNewClientField, client={**client, "keyType": "a"}).request_digest != without.request_digest
    assert the_spec(SpecWithNewClientField, client={**client, "comment": "a"}).request_digest == without.request_digest


def test_every_field_of_the_spec_declares_its_digests() -> None:
    """The check accepts the spec itself."""
    require_declarations(OAuthConnectorSpec)


def test_a_new_field_leaves_the_digests_of_existing_connectors() -> None:
    """A release with another field requests no token again where the field is absent."""
    assert the_spec(SpecWithNewField).request_digest == the_spec().request_digest
    assert digests.digest_grant(the_spec(SpecWithNewField)) == digests.digest_grant(the_spec())


def test_a_new_field_enters_the_digests_that_it_declares() -> None:
    """Where it is set, the request is another and so is the consent; the Secret is not."""
    without, given = the_spec(SpecWithNewField), the_spec(SpecWithNewField, assertion="a")
    assert given.request_digest != without.request_digest
    assert digests.digest_grant(given) != digests.digest_grant(without)
    assert given.output_digest == without.output_digest


@pytest.mark.parametrize("name", DIGESTS)
def test_digests_keep_their_values(name: str) -> None:
    """A release that computes another value would request every token again; see `DIGEST_VERSION`."""
    spec = OAuthConnectorSpec.model_validate(samples("good")[name].manifest["spec"], by_alias=True)
    found = [spec.request_digest, digests.digest_grant(spec), spec.output_digest]
    assert found == [f"v1:{value}" for value in DIGESTS[name]]
