"""The spec of an `OAuthConnector`, `oauthconnector.dev/v1alpha1`: the source of the CRD and of its reference page.

Defaults are applied in code, not in the schema: a default that the API server writes into a nested object of a user is
a permanent difference for a GitOps controller. Descriptions end with the default, after the word "Default".
"""

from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.schema.urls import AbsoluteURI
from oauth_connector.api.v1alpha1 import authorization_code as code
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.authorization_code import PKCE, AuthorizationCodeSpec
from oauth_connector.api.v1alpha1.client import CONFIDENTIAL, CONFIDENTIAL_FIELDS, ClientSpec
from oauth_connector.api.v1alpha1.credentials import list_references, require_default_keys
from oauth_connector.api.v1alpha1.grant_member import GrantMember, exclusive_rule, require_members, required_rule
from oauth_connector.api.v1alpha1.output import DeletionPolicy, Output
from oauth_connector.api.v1alpha1.parameters import Audience, Prefix, Scope, ScopeSeparator, ScopeText, TokenParameters
from oauth_connector.api.v1alpha1.password import PasswordSpec
from oauth_connector.api.v1alpha1.presets import build_presence_rules
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.references import CredentialValues, SecretKeyReference
from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.api.v1alpha1.refresh_token import RefreshTokenSpec
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.grant import Grant, Renewal
from oauth_connector.oauth.grants.registry import GRANTS, GrantType
from oauth_connector.oauth.token_request import split_scope

BEARER = "Bearer"


class OAuthConnectorSpec(Model):
    """The token to obtain, and the Secret to publish it in."""

    grant_type: Annotated[GrantType, digests.GRANT_TYPE] = Field(
        description="Grant type. `ClientCredentials`: the client requests the token for itself (RFC 6749 §4.4)."
        " `Password`: the client sends a user name and a password (§4.3). `AuthorizationCode`: a user authorizes"
        " the client in a browser (§4.1). `RefreshToken`: the user supplies an initial refresh token (§6)."
    )
    provider: ProviderSpec = Field(description="The authorization server.")
    client: ClientSpec = Field(description="The client that is registered at the authorization server.")
    password: PasswordSpec | None = Field(
        None,
        description="User name and password of the resource owner. Required for grantType `Password`, not allowed"
        " otherwise.",
    )
    authorization_code: AuthorizationCodeSpec | None = Field(
        None,
        description="Settings of the authorization request, for grantType `AuthorizationCode` only. Default: the"
        " defaults of its fields.",
    )
    refresh_token: RefreshTokenSpec | None = Field(
        None, description="The initial refresh token. Required for grantType `RefreshToken`, not allowed otherwise."
    )
    scopes: Annotated[Annotated[tuple[Scope, ...], Field(max_length=64)] | None, digests.SCOPES] = Field(
        None, description="Scopes to request, one per entry. Default: the scopes in `scope`."
    )
    scope: Annotated[ScopeText | None, digests.SCOPES] = Field(
        None,
        description="Scopes to request as one string, separated by commas or white space. Default: the provider"
        " decides.",
    )
    scope_separator: Annotated[ScopeSeparator | None, digests.SCOPES] = Field(
        None, description="Character between the scopes in the request. Default: the preset's, else `Space`."
    )
    audience: Annotated[Audience | None, digests.AUDIENCE] = Field(
        None, description="Audience of the token: a parameter of Auth0, Okta and Ory Hydra. Default: not sent."
    )
    resources: Annotated[Annotated[tuple[AbsoluteURI, ...], Field(max_length=16)] | None, digests.RESOURCES] = Field(
        None, description="Resource indicators: absolute URIs (RFC 8707). Default: none."
    )
    token_parameters: Annotated[TokenParameters | None, digests.PARAMETERS] = Field(
        None, description="Additional parameters of the token request. They must not contain secrets. Default: none."
    )
    header_prefix: Annotated[Prefix | None, digests.PREFIX] = Field(
        None,
        description="Text before the token in the key `authorization`. With an empty string the key contains the"
        f" token alone. Default: the preset's, else `{BEARER}`.",
    )
    refresh: Refresh | None = Field(
        None,
        description="When the operator refreshes the token. Default: when a third of the token's lifetime is"
        " left, and at least 100 s, with a small jitter.",
    )
    output: Output | None = Field(
        None, description="The Secret that Pods mount. Default: Secret `<connector>-token` with the default keys."
    )
    suspend: Annotated[Annotated[bool, Field(strict=True)] | None, digests.NOT_DIGESTED] = Field(
        None,
        description="While true, the operator sends no token requests. The Secret and its token stay. Default:"
        " `false`.",
    )

    @rule("!(has(self.scopes) && has(self.scope))", "set scopes or scope, not both: remove one", "scope")
    def _has_one_list_of_scopes(self) -> bool:
        return self.scopes is None or self.scope is None

    _requires_password = required_rule(GrantType.PASSWORD, "password")
    _allows_password = exclusive_rule(GrantType.PASSWORD, "password")
    _allows_authorization_code = exclusive_rule(GrantType.AUTHORIZATION_CODE, "authorization_code")
    _requires_refresh_token = required_rule(GrantType.REFRESH_TOKEN, "refresh_token")
    _allows_refresh_token = exclusive_rule(GrantType.REFRESH_TOKEN, "refresh_token")

    @rule(
        f"self.grantType != 'ClientCredentials' || {CONFIDENTIAL}",
        f"grantType ClientCredentials requires a confidential client (RFC 6749 section 4.4): set {CONFIDENTIAL_FIELDS}",
        "client",
    )
    def _has_a_confidential_client(self) -> bool:
        return self.grant_type is not GrantType.CLIENT_CREDENTIALS or self.client.is_confidential

    _has_preset_parameters: ClassVar = build_presence_rules()
    _has_public_client_id = code.has_public_client_id
    _has_authorization_endpoint = code.has_authorization_endpoint
    _has_pkce_for_exposed_codes = code.has_pkce_for_exposed_codes

    # --- with defaults applied ----------------------------------------------------------------------------------
    @property
    def effective_scopes(self) -> tuple[str, ...]:
        """Return the scopes, from `scopes` or `scope`."""
        return self.scopes or split_scope(self.scope or "")

    @property
    def separator(self) -> str:
        """Return the character between the scopes in a request."""
        if self.scope_separator is None and self.provider.known is not None:
            return self.provider.known.scope_separator or " "
        return "," if self.scope_separator is ScopeSeparator.COMMA else " "

    @property
    def effective_header_prefix(self) -> str:
        """Return the prefix, by default the preset's, else `Bearer`."""
        if self.header_prefix is not None:
            return self.header_prefix
        return (self.provider.known.header_prefix if self.provider.known else None) or BEARER

    @property
    def effective_authentication(self) -> ClientAuthentication:
        """Return the client authentication: with a secret by default the preset's, else Basic; without one, none."""
        return self.client.choose_authentication(
            self.provider.known.client_authentication if self.provider.known else None
        )

    @property
    def default_lifetime_seconds(self) -> int:
        """Return the lifetime to assume if the response contains none, in seconds: the spec's, else the preset's."""
        chosen = self.refresh or Refresh()
        known = self.provider.known.default_lifetime if self.provider.known and not chosen.default_lifetime else None
        return known or chosen.default_lifetime_seconds

    @property
    def needs_pkce(self) -> bool:
        """Return whether the authorization request uses PKCE."""
        chosen = self.authorization_code.pkce if self.authorization_code else None
        if chosen is not None:
            return chosen is PKCE.S256
        confidential = self.client.is_confidential and not self.has_loopback_redirect
        return not confidential or self.provider.known is None or self.provider.known.pkce

    @property
    def has_loopback_redirect(self) -> bool:
        """Return whether the redirect URI is a loopback URI on the requester's machine."""
        redirect_uri = self.authorization_code.redirect_uri if self.authorization_code else None
        return redirect_uri is not None and redirect_uri.startswith("http://")

    @property
    def renewal(self) -> Renewal:
        """Return how a grant that was lost is obtained again."""
        return GRANTS[self.grant_type].renewal

    @property
    def may_hold_refresh_token(self) -> bool:
        """Return whether a response may contain a refresh token, which must not be lost."""
        return GRANTS[self.grant_type].may_return_refresh_token

    @property
    def is_renewed_by_user(self) -> bool:
        """Return whether a user must act to obtain a grant that was lost: by a consent, or by a new initial token."""
        return self.renewal is not Renewal.CREDENTIALS

    @property
    def needs_consent(self) -> bool:
        """Return whether a user must authorize the client before the first token is requested."""
        return GRANTS[self.grant_type].needs_consent()

    def build_client(self, values: CredentialValues) -> Client:
        """Build the client; `values` are by path, such as `client.secretRef`."""
        return self.client.build_client(self.effective_authentication, _values_below("client", values))

    def build_grant(self, values: CredentialValues) -> Grant | None:
        """Build what the spec itself presents; `None` where a consent provides it. `values` are by path."""
        if self.needs_consent:
            return None
        for name, field in type(self).model_fields.items():
            member = getattr(self, name)
            if isinstance(member, GrantMember) and member.grant_type is self.grant_type:
                return member.build_grant(_values_below(field.alias or name, values))
        return GRANTS[self.grant_type]()

    @property
    def is_secret_retained(self) -> bool:
        """Return whether the Secret is kept when the connector is deleted."""
        return self.output is not None and self.output.deletion_policy is DeletionPolicy.RETAIN

    @cached_property
    def request_digest(self) -> str:
        """Return the digest of the token request, which identifies a request that failed."""
        return digests.digest_request(self)

    @cached_property
    def token_digest(self) -> str:
        """Return the digest of the requested token: a token with another digest does not match the spec."""
        return digests.digest_grant(self) if self.is_renewed_by_user else digests.digest_token(self)

    @cached_property
    def output_digest(self) -> str:
        """Return the digest of name, form and metadata of the output Secret."""
        return digests.digest_output(self)

    def output_secret_name(self, connector: str) -> str:
        """Return the name of the output Secret, by default `<connector>-token`."""
        return (self.output.secret_name if self.output else None) or f"{connector}-token"

    @cached_property
    def credential_references(self) -> dict[str, tuple[str, str]]:
        """Return name and key of each referenced credential, by its path, such as `client.secretRef`."""
        return dict(list_references(self))

    def secret_references(self) -> tuple[SecretKeyReference, ...]:
        """Return every reference to a credential, with its key."""
        return tuple(SecretKeyReference(name=name, key=key) for name, key in self.credential_references.values())

    def reference(self, field: str) -> tuple[str, str]:
        """Return name and key of the reference in a field, such as `client.secretRef`. Raises `KeyError`."""
        return self.credential_references[field]


def _values_below(member: str, values: CredentialValues) -> CredentialValues:
    below = f"{member}."
    return {path.removeprefix(below): value for path, value in values.items() if path.startswith(below)}


digests.require_declarations(OAuthConnectorSpec)
require_default_keys(OAuthConnectorSpec)
require_members(OAuthConnectorSpec)
