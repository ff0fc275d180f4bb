"""Canva Connect APIs."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Canva",
    links=(
        "https://www.canva.dev/docs/connect/authentication/",
        "https://www.canva.dev/docs/connect/api-reference/authentication/generate-access-token",
    ),
    read="2026-11-29",
    authorization_url="https://www.canva.com/api/oauth/authorize",
    token_url="https://api.canva.com/rest/v1/oauth/token",
    revocation_url="https://api.canva.com/rest/v1/oauth/revoke",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True),
    notes=(
        "Access tokens expire after four hours.",
        "Canva requires PKCE with S256.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
