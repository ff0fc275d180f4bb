"""Calendly."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Calendly",
    links=(
        "https://developer.calendly.com/how-to-access-calendly-data-on-behalf-of-authenticated-users",
        "https://developer.calendly.com/refresh-token-rotation-guide",
        "https://developer.calendly.com/api-docs/calendly-o-auth/o-auth/post-oauth-refresh-token",
    ),
    read="2026-11-29",
    authorization_url="https://auth.calendly.com/oauth/authorize",
    token_url="https://auth.calendly.com/oauth/token",
    revocation_url="https://auth.calendly.com/oauth/revoke",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=("Access tokens expire after two hours. A refresh token is valid until it is used.",),
    codes={
        "invalid_grant": "The code is older than ten minutes, or the refresh token was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
