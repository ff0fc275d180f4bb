"""Pinterest."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Pinterest",
    links=(
        "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
        "https://github.com/pinterest/api-description",
    ),
    read="2026-11-29",
    authorization_url="https://www.pinterest.com/oauth/",
    token_url="https://api.pinterest.com/v5/oauth/token",
    client_authentication=ClientAuthentication.BASIC,
    scope_separator=",",
    pkce=False,
    refresh_tokens=RefreshTokens(idle_lifetime=60 * DAY),
    notes=(
        "Access tokens expire after 30 days, and a refresh token after 60 days; each refresh prolongs it.",
        'If the app was created before September 25, 2025, set `tokenParameters.continuous_refresh: "true"`.',
    ),
    codes={
        "invalid_grant": "The code was used before or has expired, or the refresh token has expired or was revoked.",
    },
)
