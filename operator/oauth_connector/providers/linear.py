"""Linear."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Linear",
    links=("https://linear.app/developers/oauth-2-0-authentication",),
    read="2026-11-29",
    authorization_url="https://linear.app/oauth/authorize",
    token_url="https://api.linear.app/oauth/token",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    refresh_tokens=RefreshTokens(rotates=True),
    notes=(
        "Access tokens expire after 24 hours. ClientCredentials: after 30 days, or at the next request.",
        "Set `authorizationCode.parameters.actor: app` if the application acts as itself.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
    },
)
