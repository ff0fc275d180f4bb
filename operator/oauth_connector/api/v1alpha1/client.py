"""`spec.client`: the client, and how it authenticates."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import Model, pattern_rule, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.references import CredentialValues, DefaultKey, SecretKeyReference
from oauth_connector.oauth.client_auth.basic import BasicClient, BasicEncoding
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.registry_check import require_complete

CLIENT_ID_KEY, CLIENT_SECRET_KEY = "client-id", "client-secret"
"""Default keys of references: in code, not in the schema, so that the API server writes nothing into a spec."""

CONFIDENTIAL = "(has(self.client) && has(self.client.secretRef))"
"""CEL over a spec: whether its client is confidential (RFC 6749 §2.1)."""

CONFIDENTIAL_FIELDS = "client.secretRef"
"""What a user sets for a client to be confidential, in messages."""

ClientID = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule("[!-~]([ -~]*[!-~])?", "must be printable ASCII without leading or trailing white space"),
]


class ClientSpec(Model):
    """The client that is registered at the authorization server."""

    id: Annotated[ClientID | None, digests.CLIENT] = Field(
        None, description="Client identifier. Default: the value that `idSecretRef` refers to."
    )
    id_secret_ref: Annotated[SecretKeyReference | None, DefaultKey(CLIENT_ID_KEY), digests.CLIENT] = Field(
        None,
        description=f"Secret that contains the client identifier, in key `{CLIENT_ID_KEY}` unless `key` is set."
        " Default: none.",
    )
    secret_ref: Annotated[SecretKeyReference | None, DefaultKey(CLIENT_SECRET_KEY), digests.CLIENT] = Field(
        None,
        description=f"Secret that contains the client secret, in key `{CLIENT_SECRET_KEY}` unless `key` is set."
        " Default: none, for a public client.",
    )
    authentication: Annotated[ClientAuthentication | None, digests.CLIENT] = Field(
        None,
        description="Client authentication (RFC 6749 §2.3). `Basic` sends client id and secret in the"
        " Authorization header, `Post` sends them in the body, `None` sends the client id alone. Default: for a"
        " client with a secret the preset's, else `Basic`; for a client without a secret `None`.",
    )
    basic_encoding: Annotated[BasicEncoding | None, digests.CLIENT] = Field(
        None,
        description="Encoding of client id and secret for `Basic`. `Form` follows RFC 6749 §2.3.1; `Raw` is for"
        " servers that do not decode them. Default: `Form`.",
    )

    @rule("has(self.id) != has(self.idSecretRef)", "set exactly one of id and idSecretRef", "id")
    def _has_one_id(self) -> bool:
        return (self.id is None) != (self.id_secret_ref is None)

    @rule(
        "!(has(self.authentication) && self.authentication == 'None' && has(self.secretRef))",
        "None sends no client secret: remove secretRef, or set Basic or Post",
        "authentication",
    )
    def _has_no_unused_secret(self) -> bool:
        return self.authentication is not ClientAuthentication.NONE or self.secret_ref is None

    @rule(
        "!has(self.authentication) || self.authentication == 'None' || has(self.secretRef)",
        "Basic and Post require a client secret: set secretRef, or set None",
        "authentication",
    )
    def _has_required_secret(self) -> bool:
        return self.authentication in (None, ClientAuthentication.NONE) or self.secret_ref is not None

    @rule(
        "!has(self.basicEncoding) || (has(self.secretRef) && (!has(self.authentication) || self.authentication =="
        " 'Basic'))",
        "is allowed with authentication Basic only: remove it",
        "basicEncoding",
    )
    def _has_encoding_for_basic_only(self) -> bool:
        basic = self.secret_ref is not None and self.authentication in (None, ClientAuthentication.BASIC)
        return self.basic_encoding is None or basic

    @property
    def is_confidential(self) -> bool:
        """Return whether the client has credentials (RFC 6749 §2.1)."""
        return self.secret_ref is not None

    @property
    def effective_basic_encoding(self) -> BasicEncoding:
        """Return how Basic is encoded, by default as RFC 6749 §2.3.1 requires."""
        return self.basic_encoding or BasicEncoding.FORM

    def choose_authentication(self, preset: ClientAuthentication | None) -> ClientAuthentication:
        """Return the method: where there is a secret the preset's, else Basic; without a secret, none."""
        if self.secret_ref is None:
            return self.authentication or ClientAuthentication.NONE
        return self.authentication or preset or ClientAuthentication.BASIC

    def build_client(self, authentication: ClientAuthentication, values: CredentialValues) -> Client:
        """Build the client with its method. Raises `ValueError` where the method needs a secret and there is none."""
        client_id = self.id or (values["idSecretRef"].get_secret_value() if self.id_secret_ref else "")
        return _BUILDERS[authentication](self, client_id, values)


def _build_basic(spec: ClientSpec, client_id: str, values: CredentialValues) -> BasicClient:
    secret = _get_secret(ClientAuthentication.BASIC, values)
    return BasicClient(client_id, secret, spec.effective_basic_encoding)


def _build_post(_spec: ClientSpec, client_id: str, values: CredentialValues) -> PostClient:
    return PostClient(client_id, _get_secret(ClientAuthentication.POST, values))


def _build_public(_spec: ClientSpec, client_id: str, _values: CredentialValues) -> PublicClient:
    return PublicClient(client_id)


def _get_secret(method: ClientAuthentication, values: CredentialValues) -> SecretStr:
    if "secretRef" not in values:
        raise ValueError(f"client authentication {method.value} needs a client secret")
    return values["secretRef"]


_BUILDERS: Mapping[ClientAuthentication, Callable[[ClientSpec, str, CredentialValues], Client]] = require_complete(
    ClientAuthentication,
    {
        ClientAuthentication.BASIC: _build_basic,
        ClientAuthentication.POST: _build_post,
        ClientAuthentication.NONE: _build_public,
    },
)
