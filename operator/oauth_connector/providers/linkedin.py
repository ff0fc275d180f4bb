"""LinkedIn."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
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
    quirks=Quirks(errors={"invalid_redirect_uri": "invalid_grant"}),
    notes=(
        "Access tokens expire after 60 days.",
        (
            "LinkedIn issues refresh tokens to approved partners only. They expire a year after the consent,"
            " and a refresh does not prolong that."
        ),
    ),
    codes={
        "invalid_request": "A parameter is missing or wrong, or LinkedIn does not know the code.",
        "invalid_redirect_uri": (
            "The code has expired, or the redirect URI is not registered. Compare `status.redirectURI` with those of"
            " the app."
        ),
    },
)
