"""LinkedIn."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="LinkedIn",
    links=(
        "https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow",
        "https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens",
    ),
    read="2026-11-29",
    authorization_url="https://www.linkedin.com/oauth/v2/authorization",
    token_url="https://www.linkedin.com/oauth/v2/accessToken",
    client_authentication=ClientAuthentication.POST,
    pkce=False,
    refresh_tokens=RefreshTokens(lifetime=365 * DAY),
    notes=(
        "Access tokens expire after 60 days.",
        (
            "LinkedIn issues refresh tokens to approved partners only. They expire a year after the consent,"
            " and a refresh does not prolong that."
        ),
    ),
    codes={
        "invalid_request": (
            "A parameter is wrong, the code has expired, or the redirect URI is not registered. Compare"
            " `status.redirectURI` with those of the app."
        ),
        "invalid_redirect_uri": (
            "The redirect URI is not registered. Compare `status.redirectURI` with those of the app."
        ),
    },
)
