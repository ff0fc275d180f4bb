"""Every grant type by the name that the API gives it, with its class, whose traits the program decides by."""

from collections.abc import Mapping
from enum import StrEnum

from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.device_code import DeviceCode
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.jwt_bearer import JWTBearer
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.token_exchange import TokenExchange
from oauth_connector.oauth.registry_check import require_complete, require_traits


class GrantType(StrEnum):
    """How a token is obtained: the values of `spec.grantType`."""

    CLIENT_CREDENTIALS = "ClientCredentials"
    """RFC 6749 §4.4."""
    PASSWORD = "Password"
    """RFC 6749 §4.3."""
    AUTHORIZATION_CODE = "AuthorizationCode"
    """RFC 6749 §4.1."""
    REFRESH_TOKEN = "RefreshToken"
    """RFC 6749 §6, with an initial refresh token that a user supplies."""
    JWT_BEARER = "JWTBearer"
    """RFC 7523 §2.1."""
    TOKEN_EXCHANGE = "TokenExchange"
    """RFC 8693."""
    DEVICE_CODE = "DeviceCode"
    """RFC 8628."""


GRANTS: Mapping[GrantType, type[Grant]] = require_traits(
    require_complete(
        GrantType,
        {
            GrantType.CLIENT_CREDENTIALS: ClientCredentials,
            GrantType.PASSWORD: Password,
            GrantType.AUTHORIZATION_CODE: AuthorizationCode,
            GrantType.REFRESH_TOKEN: RefreshToken,
            GrantType.JWT_BEARER: JWTBearer,
            GrantType.TOKEN_EXCHANGE: TokenExchange,
            GrantType.DEVICE_CODE: DeviceCode,
        },
    )
)
"""What each grant type presents first. After that, a connector of any type may present a refresh token."""
