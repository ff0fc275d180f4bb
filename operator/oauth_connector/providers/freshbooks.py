"""FreshBooks."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="FreshBooks",
    links=(
        "https://www.freshbooks.com/api/authentication",
        "https://www.freshbooks.com/api/get-authenticated-on-the-freshbooks-api",
    ),
    read="2026-11-29",
    authorization_url="https://auth.freshbooks.com/oauth/authorize",
    token_url="https://api.freshbooks.com/auth/oauth/token",
    revocation_url="https://api.freshbooks.com/auth/oauth/revoke",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=("Access tokens expire after twelve hours. A refresh token does not expire, and can be used once.",),
    codes={
        "invalid_grant": (
            "The code was used before or is older than five minutes, or the refresh token was used before."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
