"""monday.com."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Monday",
    links=("https://developer.monday.com/apps/docs/oauth",),
    read="2026-11-29",
    authorization_url="https://auth.monday.com/oauth2/authorize",
    token_url="https://auth.monday.com/oauth2/token",
    client_authentication=ClientAuthentication.POST,
    pkce=False,
    notes=("A token is valid until the user uninstalls the app; there is no refresh token.",),
    codes={
        "invalid_grant": "The code is wrong, has expired, or was used before.",
    },
)
