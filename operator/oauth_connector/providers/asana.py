"""Asana."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Asana",
    links=("https://developers.asana.com/docs/oauth",),
    read="2026-11-29",
    authorization_url="https://app.asana.com/-/oauth_authorize",
    token_url="https://app.asana.com/-/oauth_token",
    revocation_url="https://app.asana.com/-/oauth_revoke",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=False),
    notes=("Access tokens expire after an hour.",),
    codes={
        "invalid_grant": "The code was used before or has expired, or the user has removed the app.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
