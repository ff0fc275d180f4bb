"""The spec of an `OAuthConnector`, `oauthconnector.dev/v1alpha1`: the one source of the CRD and its reference page.

A field is here only when it does something. Defaults are applied in code, not in the schema: a default that the API
server writes into somebody's nested object is a difference that a GitOps controller reports for ever.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api.durations import in_seconds
from oauth_connector.api.fields import Model, Rule
from oauth_connector.api.output import DeletionPolicy, Output, OutputField, OutputFormatType, Refresh
from oauth_connector.api.provider import PRINTABLE, ClientSpec, PasswordSpec, Provider
from oauth_connector.api.references import SecretKeyReference
from oauth_connector.oauth.grants import RESERVED_PARAMETERS, split_scope
from oauth_connector.oauth.token import BasicEncoding, ClientAuthentication, GrantType

GROUP, VERSION, KIND, PLURAL = "oauthconnector.dev", "v1alpha1", "OAuthConnector", "oauthconnectors"

__all__ = [
    "GROUP",
    "KIND",
    "PLURAL",
    "VERSION",
    "OAuthConnectorSpec",
    "OutputField",
    "OutputFormatType",
    "ScopeSeparator",
]

DEFAULT_LIFETIME = 3600
SCOPE = r"^[\x21\x23-\x5b\x5d-\x7e]+$"
"""RFC 6749 §3.3."""


class ScopeSeparator(StrEnum):
    """What joins scopes on the wire."""

    SPACE = "Space"
    COMMA = "Comma"


_RESERVED_CEL = ", ".join(f"'{name}'" for name in sorted(RESERVED_PARAMETERS))

Resource = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[a-zA-Z][a-zA-Z0-9+.\-]*:[^\s#]+$")]


class OAuthConnectorSpec(Model):
    """What a person asks for."""

    grant_type: GrantType = Field(description="How the token is asked for (RFC 6749 §4.3, §4.4).")
    provider: Provider = Field(description="The authorization server.")
    client: ClientSpec = Field(description="The client that is registered there.")
    scopes: (
        Annotated[tuple[Annotated[str, Field(min_length=1, max_length=512, pattern=SCOPE)], ...], Field(max_length=64)]
        | None
    ) = Field(None, description="Scopes to ask for.")
    scope: Annotated[str, Field(min_length=1, max_length=4096, pattern=PRINTABLE)] | None = Field(
        None, description="Scopes as one text, separated by commas or white space, as forms have it."
    )
    scope_separator: ScopeSeparator | None = Field(
        None, description="What joins the scopes on the wire; `Space` when absent."
    )
    audience: Annotated[str, Field(min_length=1, max_length=1024, pattern=PRINTABLE)] | None = Field(
        None, description="Audience of the token, as Auth0, Okta and Hydra take it."
    )
    resources: Annotated[tuple[Resource, ...], Field(max_length=16)] | None = Field(
        None, description="Resource indicators (RFC 8707): absolute URIs without a fragment."
    )
    token_parameters: (
        Annotated[dict[str, Annotated[str, Field(min_length=1, max_length=2048)]], Field(max_length=16)] | None
    ) = Field(None, description="Further parameters of the token request. Not for secrets.")
    password: PasswordSpec | None = Field(None, description="Member for grantType `Password`.")
    header_prefix: (
        Annotated[str, Field(max_length=64, pattern=r"^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$")] | None
    ) = Field(
        None,
        description="What stands before the token in `authorization`; `Bearer` when absent, empty for the bare token.",
    )
    refresh: Refresh | None = Field(
        None, description="When the token is replaced. When absent: at two thirds of its life, spread a little."
    )
    output: Output | None = Field(None, description="The Secret that pods mount.")
    suspend: bool | None = Field(None, description="Make no token call while true; what is there stays.")

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!(has(self.scopes) && has(self.scope))",
            "set scopes or scope, not both",
            lambda self: self.scopes is None or self.scope is None,
        ),
        Rule(
            "has(self.password) == (self.grantType == 'Password')",
            "password is the member for grantType Password: set it there, and only there",
            lambda self: (self.password is not None) == (self.grant_type is GrantType.PASSWORD),
        ),
        Rule(
            "self.grantType != 'ClientCredentials' || has(self.client.secretRef)",
            "grantType ClientCredentials needs client.secretRef: a client without a secret cannot act on its own behalf"
            " (RFC 6749 section 4.4)",
            lambda self: self.grant_type is not GrantType.CLIENT_CREDENTIALS or self.client.secret_ref is not None,
        ),
        Rule(
            "!has(self.tokenParameters) || self.tokenParameters.all(k, size(k) <= 128 && "
            f"k.matches('^[A-Za-z0-9_.-]+$') && !(k in [{_RESERVED_CEL}]))",
            "tokenParameters: a parameter that has a field of its own (scope, audience, resources, client, password) or"
            " belongs to another grant is set there, and names are letters, digits, _ . -",
            lambda self: all(_is_free(name) for name in self.token_parameters or ()),
        ),
    )

    # --- with defaults applied ----------------------------------------------------------------------------------
    @property
    def effective_scopes(self) -> tuple[str, ...]:
        """Give the scopes, whichever way they were written."""
        return self.scopes or split_scope(self.scope or "")

    @property
    def separator(self) -> str:
        """Give the character that joins scopes on the wire."""
        return "," if self.scope_separator is ScopeSeparator.COMMA else " "

    @property
    def effective_header_prefix(self) -> str:
        """Give the prefix, by default `Bearer`."""
        return "Bearer" if self.header_prefix is None else self.header_prefix

    @property
    def effective_authentication(self) -> ClientAuthentication:
        """Give the client's method: Basic where there is a secret, else none."""
        default = ClientAuthentication.BASIC if self.client.secret_ref else ClientAuthentication.NONE
        return self.client.authentication or default

    @property
    def effective_basic_encoding(self) -> BasicEncoding:
        """Give how Basic is encoded, by default as RFC 6749 says."""
        return self.client.basic_encoding or BasicEncoding.FORM

    @property
    def default_lifetime_seconds(self) -> int:
        """Give the life that is assumed where the provider tells none."""
        return in_seconds(self.refresh.default_lifetime if self.refresh else None) or DEFAULT_LIFETIME

    @property
    def retains_secret(self) -> bool:
        """Tell whether the Secret outlives the connector."""
        return self.output is not None and self.output.deletion_policy is DeletionPolicy.RETAIN

    def output_secret_name(self, connector: str) -> str:
        """Give the name of the Secret, by default `<connector>-token`."""
        return (self.output.secret_name if self.output else None) or f"{connector}-token"

    def secret_references(self) -> tuple[SecretKeyReference, ...]:
        """Give every reference to a credential, with its key: the one place that lists them."""
        return tuple(SecretKeyReference(name=name, key=key) for name, key in self._references().values())

    def reference(self, field: str) -> tuple[str, str]:
        """Give name and key of the reference in a field, such as `client.secretRef`. Raises `KeyError`."""
        return self._references()[field]

    def _references(self) -> dict[str, tuple[str, str]]:
        password = self.password
        present = {
            "client.idSecretRef": (self.client.id_secret_ref, "client-id"),
            "client.secretRef": (self.client.secret_ref, "client-secret"),
            "password.usernameSecretRef": (password.username_secret_ref if password else None, "username"),
            "password.passwordSecretRef": (password.password_secret_ref if password else None, "password"),
        }
        return {field: (ref.name, ref.key or key) for field, (ref, key) in present.items() if ref is not None}


def _is_free(name: str) -> bool:
    plain = all(c.isascii() and (c.isalnum() or c in "_.-") for c in name)
    return plain and 0 < len(name) <= 128 and name not in RESERVED_PARAMETERS  # noqa: PLR2004  # as in CEL
