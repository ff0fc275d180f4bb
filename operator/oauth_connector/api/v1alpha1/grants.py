"""The part of a spec that decides about the grant: grant type, provider, client, and the member of each grant type."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import Model, cel_literal, rule
from oauth_connector.api.v1alpha1 import authorization_code as code
from oauth_connector.api.v1alpha1 import device_code, digests
from oauth_connector.api.v1alpha1.authorization_code import PKCE, AuthorizationCodeSpec
from oauth_connector.api.v1alpha1.client import (
    CLIENT_SECRET,
    CONFIDENTIAL,
    CONFIDENTIAL_FIELDS,
    PREVIOUS_SECRET,
    ClientSpec,
)
from oauth_connector.api.v1alpha1.grant_member import GrantMember, exclusive_rule, require_members, required_rule
from oauth_connector.api.v1alpha1.jwt_bearer import JWTBearerSpec
from oauth_connector.api.v1alpha1.password import PasswordSpec
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.references import CredentialValues
from oauth_connector.api.v1alpha1.refresh_token import RefreshTokenSpec
from oauth_connector.api.v1alpha1.registration import has_resource_for_registration
from oauth_connector.api.v1alpha1.resource_rules import has_issuer_for_credentials
from oauth_connector.api.v1alpha1.token_exchange import TokenExchangeSpec
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.grant import Grant, Renewal
from oauth_connector.oauth.grants.registry import GRANTS, GrantType

NO_CLIENT = ClientSpec.model_construct()
"""The client of a request that names none: it has no identifier and no credentials."""

_WITHOUT_CLIENT = tuple(name.value for name, grant in GRANTS.items() if not grant.needs_client)


class GrantMembers(Model):
    """Grant type, provider, client, and one member for each grant type that has settings."""

    grant_type: Annotated[GrantType, digests.GRANT_TYPE] = Field(
        description="Grant type. `ClientCredentials`: the client requests the token for itself (RFC 6749 §4.4)."
        " `Password`: the client sends a user name and a password (§4.3). `AuthorizationCode`: a user authorizes"
        " the client in a browser (§4.1). `RefreshToken`: the user supplies an initial refresh token (§6)."
        " `JWTBearer`: the client presents a signed assertion (RFC 7523 §2.1). `TokenExchange`: the"
        " client exchanges a token for another one (RFC 8693). `DeviceCode`: a user enters a code at the provider, on"
        " any device (RFC 8628)."
    )
    provider: ProviderSpec = Field(description="The authorization server.")
    client: ClientSpec = Field(
        default_factory=lambda: NO_CLIENT,
        description="The client that is registered at the authorization server. Required, except with grantType"
        f" {' or '.join(f'`{name}`' for name in _WITHOUT_CLIENT)}, and where `provider.resource` leads to a server at"
        " which the operator registers one. Default: no client.",
    )
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

    jwt_bearer: JWTBearerSpec | None = Field(
        None, description="The assertion. Required for grantType `JWTBearer`, not allowed otherwise."
    )
    token_exchange: TokenExchangeSpec | None = Field(
        None,
        description="The token to exchange. Required for grantType `TokenExchange`, not allowed otherwise.",
    )

    @rule(
        f"has(self.client) || self.grantType in [{', '.join(map(cel_literal, _WITHOUT_CLIENT))}] ||"
        " (self.grantType == 'AuthorizationCode' && has(self.provider.resource))",
        "is required with this grantType: set it",
        "client",
    )
    def _has_client(self) -> bool:
        return self.has_client or self.needs_registration or not GRANTS[self.grant_type].needs_client

    _requires_password = required_rule(GrantType.PASSWORD, "password")
    _allows_password = exclusive_rule(GrantType.PASSWORD, "password")
    _allows_authorization_code = exclusive_rule(GrantType.AUTHORIZATION_CODE, "authorization_code")
    _requires_refresh_token = required_rule(GrantType.REFRESH_TOKEN, "refresh_token")
    _allows_refresh_token = exclusive_rule(GrantType.REFRESH_TOKEN, "refresh_token")
    _requires_jwt_bearer = required_rule(GrantType.JWT_BEARER, "jwt_bearer")
    _allows_jwt_bearer = exclusive_rule(GrantType.JWT_BEARER, "jwt_bearer")
    _requires_token_exchange = required_rule(GrantType.TOKEN_EXCHANGE, "token_exchange")
    _allows_token_exchange = exclusive_rule(GrantType.TOKEN_EXCHANGE, "token_exchange")

    @rule(
        f"self.grantType != 'ClientCredentials' || !has(self.client) || {CONFIDENTIAL}",
        f"grantType ClientCredentials requires a confidential client (RFC 6749 section 4.4): set {CONFIDENTIAL_FIELDS}",
        "client",
    )
    def _has_a_confidential_client(self) -> bool:
        is_other = self.grant_type is not GrantType.CLIENT_CREDENTIALS
        return is_other or not self.has_client or self.client.is_confidential

    _has_public_client_id = code.has_public_client_id
    _has_authorization_endpoint = code.has_authorization_endpoint
    _has_pkce_for_exposed_codes = code.has_pkce_for_exposed_codes
    _has_resource_for_registration = has_resource_for_registration
    _has_issuer_for_credentials = has_issuer_for_credentials
    _has_client_id_for_devices = device_code.has_client_id_for_devices
    _has_device_endpoint = device_code.has_device_endpoint

    @property
    def has_client(self) -> bool:
        """Return whether the spec names a client."""
        return self.client is not NO_CLIENT

    @property
    def needs_registration(self) -> bool:
        """Return whether the operator gets a client from the server that a resource leads to."""
        is_possible = self.provider.resource is not None and self.grant_type is GrantType.AUTHORIZATION_CODE
        return is_possible and (not self.has_client or self.client.registration is not None)

    @property
    def effective_authentication(self) -> ClientAuthentication:
        """Return the client authentication: with a secret by default the preset's, else Basic; without one, none."""
        return self.client.choose_authentication(
            self.provider.known.client_authentication if self.provider.known else None
        )

    @property
    def needs_pkce(self) -> bool:
        """Return whether the authorization request uses PKCE; one for a device has no redirect to protect."""
        if self.is_polled:
            return False
        chosen = self.authorization_code.pkce if self.authorization_code else None
        if chosen is not None:
            return chosen is not PKCE.DISABLED
        confidential = self.client.is_confidential and not self.has_loopback_redirect
        return not confidential or self.provider.known is None or self.provider.known.pkce

    @property
    def has_plain_pkce(self) -> bool:
        """Return whether PKCE has the method `plain`: as the spec says, else for a provider that knows no other."""
        chosen = self.authorization_code.pkce if self.authorization_code else None
        if chosen is not None:
            return chosen is PKCE.PLAIN
        is_protected = self.client.is_confidential and not self.has_loopback_redirect
        return is_protected and self.provider.known is not None and self.provider.known.pkce_plain

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

    @property
    def is_polled(self) -> bool:
        """Return whether a user decides without a redirect, and the operator polls until then (RFC 8628)."""
        return GRANTS[self.grant_type].is_polled

    @property
    def has_redirect(self) -> bool:
        """Return whether the provider redirects the browser of the user, to a URI that is registered there."""
        return self.needs_consent and not self.is_polled

    def build_client(self, values: CredentialValues) -> Client:
        """Build the client; `values` are by path, such as `client.secretRef`."""
        return self.client.build_client(self.effective_authentication, _values_below("client", values))

    def build_previous_client(self, values: CredentialValues) -> Client | None:
        """Build the client with its previous secret; `None` where there is none, or where it is the same secret."""
        previous = values.get(PREVIOUS_SECRET)
        if previous is None or previous == values.get(CLIENT_SECRET):
            return None
        return self.build_client({**values, CLIENT_SECRET: previous})

    def read_headers(self, values: CredentialValues) -> Mapping[str, SecretStr]:
        """Return the headers of token requests whose values are secret; `values` are by path."""
        return self.provider.read_headers(_values_below("provider", values))

    def build_grant(self, values: CredentialValues) -> Grant | None:
        """Build what the spec itself presents; `None` where a consent provides it. `values` are by path."""
        if self.needs_consent:
            return None
        found = self._find_member()
        if found is None:
            return GRANTS[self.grant_type]()
        name, member = found
        own = _values_below(name, values)
        member.check_endpoint(own, self.provider.effective_token_url)
        return member.build_grant(own)

    def describe_presented(self) -> str:
        """Return what the grant of the spec presents, in words and values of the spec; empty where there is no need."""
        found = self._find_member()
        return found[1].describe_presented() if found is not None else ""

    def _find_member(self) -> tuple[str, GrantMember] | None:
        """Return the member of the grant type, with its name as the API spells it."""
        for name, field in type(self).model_fields.items():
            member = getattr(self, name)
            if isinstance(member, GrantMember) and member.grant_type is self.grant_type:
                return field.alias or name, member
        return None


def _values_below(member: str, values: CredentialValues) -> CredentialValues:
    below = f"{member}."
    return {path.removeprefix(below): value for path, value in values.items() if path.startswith(below)}


require_members(GrantMembers)
