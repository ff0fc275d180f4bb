"""The spec of an `OAuthConnector`, `oauthconnector.dev/v1alpha1`: the one source of the CRD and its reference page.

Defaults are applied in code, not in the schema: a default that the API server writes into a nested object of a user is
a permanent difference for a GitOps controller. Descriptions end with the default, after the word "Default".
"""

from functools import cached_property
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.schema.urls import AbsoluteURI
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.client import ClientSpec, PasswordSpec
from oauth_connector.api.v1alpha1.credentials import named_in
from oauth_connector.api.v1alpha1.grants import (
    PKCE,
    AuthorizationCodeSpec,
    RefreshTokenSpec,
    needed_by,
    only_for,
)
from oauth_connector.api.v1alpha1.output import DeletionPolicy, Output
from oauth_connector.api.v1alpha1.parameters import Audience, Prefix, Scope, ScopeSeparator, ScopeText, TokenParameters
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.references import SecretKeyReference
from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.oauth.token import BasicEncoding, ClientAuthentication, GrantType
from oauth_connector.oauth.token_request import split_scope

BEARER = "Bearer"


class OAuthConnectorSpec(Model):
    """The token to obtain, and the Secret to publish it in."""

    grant_type: GrantType = Field(
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
    scopes: Annotated[tuple[Scope, ...], Field(max_length=64)] | None = Field(
        None, description="Scopes to request, one per entry. Default: the scopes in `scope`."
    )
    scope: ScopeText | None = Field(
        None,
        description="Scopes to request as one string, separated by commas or white space. Default: the provider"
        " decides.",
    )
    scope_separator: ScopeSeparator | None = Field(
        None, description="Character between the scopes in the request. Default: the preset's, else `Space`."
    )
    audience: Audience | None = Field(
        None, description="Audience of the token: a parameter of Auth0, Okta and Ory Hydra. Default: not sent."
    )
    resources: Annotated[tuple[AbsoluteURI, ...], Field(max_length=16)] | None = Field(
        None, description="Resource indicators: absolute URIs (RFC 8707). Default: none."
    )
    token_parameters: TokenParameters | None = Field(
        None, description="Additional parameters of the token request. They must not contain secrets. Default: none."
    )
    header_prefix: Prefix | None = Field(
        None,
        description="Text before the token in the key `authorization`. With an empty string the key contains the"
        f" token alone. Default: the preset's, else `{BEARER}`.",
    )
    refresh: Refresh | None = Field(
        None,
        description="When the operator refreshes the token. Default: when a third of its lifetime is left, with a"
        " small jitter.",
    )
    output: Output | None = Field(
        None, description="The Secret that Pods mount. Default: Secret `<connector>-token` with the default keys."
    )
    suspend: Annotated[bool, Field(strict=True)] | None = Field(
        None,
        description="While true, the operator sends no token requests. The Secret and its token stay. Default:"
        " `false`.",
    )

    @rule("!(has(self.scopes) && has(self.scope))", "set scopes or scope, not both: remove one", "scope")
    def _has_one_list_of_scopes(self) -> bool:
        return self.scopes is None or self.scope is None

    _needs_its_password = needed_by(GrantType.PASSWORD, "password")
    _hides_no_password = only_for(GrantType.PASSWORD, "password")
    _hides_no_redirect = only_for(GrantType.AUTHORIZATION_CODE, "authorization_code")
    _needs_its_refresh_token = needed_by(GrantType.REFRESH_TOKEN, "refresh_token")
    _hides_no_refresh_token = only_for(GrantType.REFRESH_TOKEN, "refresh_token")

    @rule(
        "self.grantType != 'ClientCredentials' || has(self.client.secretRef)",
        "grantType ClientCredentials requires a confidential client (RFC 6749 section 4.4): set client.secretRef",
        "client",
    )
    def _has_a_confidential_client(self) -> bool:
        return self.grant_type is not GrantType.CLIENT_CREDENTIALS or self.client.secret_ref is not None

    @rule(
        "self.grantType != 'AuthorizationCode' || has(self.client.id)",
        "grantType AuthorizationCode requires client.id, because the URL in the browser contains it:"
        " set client.id instead of client.idSecretRef",
        "client",
    )
    def _shows_its_client(self) -> bool:
        return self.grant_type is not GrantType.AUTHORIZATION_CODE or self.client.id is not None

    @rule(
        "self.grantType != 'AuthorizationCode' || has(self.provider.authorizationURL) || has(self.provider.issuer) ||"
        " has(self.provider.preset)",
        "grantType AuthorizationCode requires an authorization endpoint: set authorizationURL, issuer or preset",
        "provider",
    )
    def _knows_where_to_send_the_browser(self) -> bool:
        known = self.provider.authorization_url or self.provider.issuer or self.provider.preset
        return self.grant_type is not GrantType.AUTHORIZATION_CODE or known is not None

    @rule(
        "!has(self.authorizationCode) || !has(self.authorizationCode.pkce) || self.authorizationCode.pkce == 'S256' ||"
        " (has(self.client.secretRef) && (!has(self.authorizationCode.redirectURI) ||"
        " self.authorizationCode.redirectURI.startsWith('https://')))",
        "PKCE must not be disabled for a loopback redirect URI or for a client without a secret,"
        " because another party could redeem an intercepted code: set pkce to S256",
        "authorizationCode",
    )
    def _guards_codes_that_can_be_caught(self) -> bool:
        member = self.authorization_code
        if member is None or member.pkce in (None, PKCE.S256):
            return True
        hosted = member.redirect_uri is None or member.redirect_uri.startswith("https://")
        return self.client.secret_ref is not None and hosted

    # --- with defaults applied ----------------------------------------------------------------------------------
    @property
    def effective_scopes(self) -> tuple[str, ...]:
        """Give the scopes, whichever way they were written."""
        return self.scopes or split_scope(self.scope or "")

    @property
    def separator(self) -> str:
        """Give the character that joins scopes on the wire."""
        if self.scope_separator is None and self.provider.known is not None:
            return self.provider.known.scope_separator or " "
        return "," if self.scope_separator is ScopeSeparator.COMMA else " "

    @property
    def effective_header_prefix(self) -> str:
        """Give the prefix, by default the preset's, else `Bearer`."""
        if self.header_prefix is not None:
            return self.header_prefix
        return (self.provider.known.header_prefix if self.provider.known else None) or BEARER

    @property
    def effective_authentication(self) -> ClientAuthentication:
        """Give the client's method: where there is a secret the preset's, else Basic; without one, none."""
        if self.client.secret_ref is None:
            return self.client.authentication or ClientAuthentication.NONE
        preset = self.provider.known.client_authentication if self.provider.known else None
        return self.client.authentication or preset or ClientAuthentication.BASIC

    @property
    def effective_basic_encoding(self) -> BasicEncoding:
        """Give how Basic is encoded, by default as RFC 6749 says."""
        return self.client.basic_encoding or BasicEncoding.FORM

    @property
    def default_lifetime_seconds(self) -> int:
        """Give the life that is assumed where the provider tells none: as chosen, else as its preset knows it."""
        chosen = self.refresh or Refresh()
        known = self.provider.known.default_lifetime if self.provider.known and not chosen.default_lifetime else None
        return known or chosen.default_lifetime_seconds

    @property
    def effective_pkce(self) -> bool:
        """Tell whether the link carries a challenge."""
        chosen = self.authorization_code.pkce if self.authorization_code else None
        if chosen is not None:
            return chosen is PKCE.S256
        confidential = self.client.secret_ref is not None and not self.asks_on_loopback
        return not confidential or self.provider.known is None or self.provider.known.pkce

    @property
    def asks_on_loopback(self) -> bool:
        """Tell whether the browser comes back to the requester's own machine."""
        redirect_uri = self.authorization_code.redirect_uri if self.authorization_code else None
        return redirect_uri is not None and redirect_uri.startswith("http://")

    @property
    def may_hold_refresh_token(self) -> bool:
        """Tell whether an answer to the grant may bring a refresh token, which must never be lost."""
        return self.grant_type is not GrantType.CLIENT_CREDENTIALS

    @property
    def needs_user(self) -> bool:
        """Tell whether a grant that was lost can only be given anew by somebody."""
        return self.grant_type in (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)

    @property
    def retains_secret(self) -> bool:
        """Tell whether the Secret outlives the connector."""
        return self.output is not None and self.output.deletion_policy is DeletionPolicy.RETAIN

    @cached_property
    def request_digest(self) -> str:
        """Give the digest of all that shapes the token request: what failed is known again by it."""
        return digests.of_request(self)

    @cached_property
    def token_digest(self) -> str:
        """Give the digest of the token that is wanted: another value means that the one in hand is not it."""
        return digests.of_grant(self) if self.needs_user else self.request_digest

    @cached_property
    def output_digest(self) -> str:
        """Give the digest of all that shapes the Secret."""
        return digests.of_output(self)

    def output_secret_name(self, connector: str) -> str:
        """Give the name of the Secret, by default `<connector>-token`."""
        return (self.output.secret_name if self.output else None) or f"{connector}-token"

    def secret_references(self) -> tuple[SecretKeyReference, ...]:
        """Give every reference to a credential, with its key: the one place that lists them."""
        return tuple(SecretKeyReference(name=name, key=key) for name, key in named_in(self).values())

    def reference(self, field: str) -> tuple[str, str]:
        """Give name and key of the reference in a field, such as `client.secretRef`. Raises `KeyError`."""
        return named_in(self)[field]
