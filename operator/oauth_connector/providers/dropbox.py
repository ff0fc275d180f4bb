"""Dropbox."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Dropbox",
    links=(
        "https://developers.dropbox.com/oauth-guide",
        "https://www.dropbox.com/developers/documentation/http/documentation",
        "https://dropbox.tech/developers/using-oauth-2-0-with-offline-access",
    ),
    read="2026-11-29",
    authorization_url="https://www.dropbox.com/oauth2/authorize",
    token_url="https://api.dropboxapi.com/oauth2/token",
    client_authentication=ClientAuthentication.POST,
    authorization={"token_access_type": "offline"},
    refresh_tokens=RefreshTokens(rotates=False),
    notes=(
        (
            "Access tokens expire after four hours. A refresh token does not expire; it is revoked when the"
            " user disconnects the app."
        ),
    ),
    codes={
        "invalid_grant": "The code was used before or has expired, or the user has disconnected the app.",
        "invalid_client": "The app key or the app secret is wrong.",
    },
)
