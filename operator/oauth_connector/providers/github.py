"""GitHub, GitHub Enterprise Cloud with its own domain, and GitHub Enterprise Server."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="GitHub",
    links=(
        "https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
        "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens",
        "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors",
    ),
    read="2026-11-29",
    authorization_url="https://${server}/login/oauth/authorize",
    token_url="https://${server}/login/oauth/access_token",
    device_authorization_url="https://${server}/login/device/code",
    parameters={
        "server": Parameter(HOST, "github.example.com", "host of an Enterprise Server or tenant", default="github.com")
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True, idle_lifetime=184 * DAY),
    quirks=Quirks(
        errors={
            "bad_verification_code": "invalid_grant",
            "bad_refresh_token": "invalid_grant",
            "incorrect_client_credentials": "invalid_client",
            "redirect_uri_mismatch": "invalid_request",
            "incorrect_device_code": "invalid_grant",
            "device_flow_disabled": "unauthorized_client",
            "application_suspended": "unauthorized_client",
        }
    ),
    notes=(
        (
            "Tokens of a GitHub App expire after eight hours, and the app returns a refresh token for six"
            " months, unless token expiration is disabled for the app. Tokens of an OAuth App do not expire and have"
            " no refresh token."
        ),
        (
            "A refresh revokes the old access token immediately: the application must read the Secret"
            " before each request, and again after a 401."
        ),
    ),
    codes={
        "incorrect_client_credentials": "Client ID or client secret is wrong.",
        "redirect_uri_mismatch": (
            "The redirect URI is not registered. Compare `status.redirectURI` with the callback URL of the app."
        ),
        "bad_verification_code": "The code is wrong or has expired.",
        "incorrect_device_code": "The device code is wrong.",
        "device_flow_disabled": "The device flow is not enabled in the settings of the app.",
        "bad_refresh_token": "The refresh token is wrong, has expired, or was used before.",
        "application_suspended": "GitHub has suspended the app.",
        "unverified_user_email": "The user must verify an email address at GitHub.",
    },
)
