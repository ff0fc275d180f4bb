"""GitHub, GitHub Enterprise Cloud with its own domain, and GitHub Enterprise Server."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="GitHub",
    links=(
        "https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
        "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens",
        "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors",
    ),
    authorization_url="https://${server}/login/oauth/authorize",
    token_url="https://${server}/login/oauth/access_token",
    parameters={
        "server": Parameter(HOST, "github.example.com", "host of an Enterprise Server or tenant", default="github.com")
    },
    client_authentication=ClientAuthentication.POST,
    kills_old_token=True,
    quirks=Quirks(
        errors={
            "bad_verification_code": "invalid_grant",
            "bad_refresh_token": "invalid_grant",
            "incorrect_client_credentials": "invalid_client",
            "redirect_uri_mismatch": "invalid_request",
            "application_suspended": "unauthorized_client",
        }
    ),
    notes=(
        (
            "Tokens of a GitHub App live eight hours and come with a refresh token of six months, unless that is"
            " switched off for the app; those of an OAuth App have no expiry and no refresh token."
        ),
        "A refresh ends the old access token at once: let pods read the Secret again, and once more after a 401.",
    ),
)
