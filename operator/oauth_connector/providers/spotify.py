"""Spotify."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Spotify",
    links=(
        "https://developer.spotify.com/documentation/web-api/tutorials/code-flow",
        "https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens",
        "https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration",
    ),
    read="2026-11-29",
    authorization_url="https://accounts.spotify.com/authorize",
    token_url="https://accounts.spotify.com/api/token",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(lifetime=180 * DAY),
    notes=(
        "Access tokens expire after an hour.",
        "A refresh token expires six months after the consent, and a refresh does not prolong that.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid; a refresh token expires six months after the consent."
        ),
        "invalid_client": "Spotify does not know the client, or the secret is wrong.",
    },
)
