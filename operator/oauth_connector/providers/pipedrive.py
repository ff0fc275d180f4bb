"""Pipedrive."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Pipedrive",
    links=(
        "https://pipedrive.readme.io/docs/marketplace-oauth-authorization",
        "https://developers.pipedrive.com/docs/api/v1/Oauth",
    ),
    read="2026-11-29",
    authorization_url="https://oauth.pipedrive.com/oauth/authorize",
    token_url="https://oauth.pipedrive.com/oauth/token",
    revocation_url="https://oauth.pipedrive.com/oauth/revoke",
    client_authentication=ClientAuthentication.BASIC,
    pkce=False,
    refresh_tokens=RefreshTokens(idle_lifetime=60 * DAY),
    notes=(
        "The scopes are those of the app in the Marketplace; a request cannot change them, so leave `scopes` out.",
        (
            "The member `api_domain` of the response contains the host of the API: publish it with"
            " `output.responseFields`."
        ),
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid: a refresh token expires when it is not used for 60"
            " days, or when the user uninstalls the app."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
