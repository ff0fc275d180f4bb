"""Fitbit."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Fitbit",
    links=(
        "https://dev.fitbit.com/build/reference/web-api/authorization/oauth2-token/",
        "https://dev.fitbit.com/build/reference/web-api/authorization/refresh-token/",
        "https://dev.fitbit.com/build/reference/web-api/developer-guide/best-practices/",
    ),
    read="2026-11-29",
    authorization_url="https://www.fitbit.com/oauth2/authorize",
    token_url="https://api.fitbit.com/oauth2/token",
    revocation_url="https://api.fitbit.com/oauth2/revoke",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=(
        "Access tokens expire after eight hours. A refresh token does not expire, and can be used once.",
        "For an application of type Client or Personal without a secret, leave `client.secretRef` out.",
    ),
    codes={
        "invalid_grant": "The code is older than ten minutes, or the refresh token was used before or was revoked.",
        "invalid_client": "The client ID or the client secret is wrong.",
        "expired_token": "The token has expired.",
    },
)
