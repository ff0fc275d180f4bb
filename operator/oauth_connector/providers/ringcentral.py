"""RingCentral."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"production": "platform.ringcentral.com", "sandbox": "platform.devtest.ringcentral.com"}

PRESET = Preset(
    name="RingCentral",
    links=(
        "https://developers.ringcentral.com/guide/authentication/auth-code-flow",
        "https://developers.ringcentral.com/guide/authentication/refresh-tokens",
        "https://developers.ringcentral.com/guide/authentication/tokens",
        "https://ringcentral.github.io/ringcentral-faq/refresh-tokens/",
    ),
    read="2026-11-29",
    authorization_url="https://${environment}/restapi/oauth/authorize",
    token_url="https://${environment}/restapi/oauth/token",
    revocation_url="https://${environment}/restapi/oauth/revoke",
    parameters={
        "environment": Parameter(
            match_one_of(*_HOSTS), "sandbox", "environment of the app", default="production", hosts=_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True, idle_lifetime=7 * DAY),
    notes=(
        "Access tokens expire after an hour. A refresh token can be used once, and expires after a week.",
        (
            "A refresh revokes the old access token: the application must read the Secret before each request, and"
            " again after a 401."
        ),
        "The permissions are those of the app; leave `scopes` out.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": (
            "The client ID or the client secret is wrong, or of the other environment. Check parameter `environment`."
        ),
        "unauthorized_client": "The grant type is not enabled for the app.",
    },
)
