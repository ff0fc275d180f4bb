"""Typeform."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Typeform",
    links=("https://www.typeform.com/developers/get-started/applications/",),
    read=None,
    authorization_url="https://api.typeform.com/oauth/authorize",
    token_url="https://api.typeform.com/oauth/token",
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline",
    pkce=False,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=(
        "Access tokens expire after a week.",
        (
            "The European data center has an authorization server of its own: register the client there, and set"
            " `authorizationURL` and `tokenURL` with the host `api.typeform.eu`."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is wrong, has expired, or was used before.",
    },
)
