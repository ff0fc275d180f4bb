"""Miro."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Miro",
    links=(
        "https://developers.miro.com/docs/getting-started-with-oauth",
        "https://developers.miro.com/reference/oauth-20-authorization-v2",
        "https://developers.miro.com/reference/get-new-access-token-using-refresh-token",
    ),
    read="2026-11-29",
    authorization_url="https://miro.com/oauth/authorize",
    token_url="https://api.miro.com/v1/oauth/token",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True, idle_lifetime=60 * DAY),
    notes=(
        (
            "If expiration of user authorization tokens is enabled for the app, access tokens expire after an"
            " hour and refresh tokens after 60 days. Otherwise a token is valid until the app is uninstalled."
        ),
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
        "The scopes are those of the app; leave `scopes` out.",
    ),
    codes={
        "invalid_grant": (
            "The code is older than ten minutes or was used before, or the refresh token is older than 60 days."
        ),
    },
)
