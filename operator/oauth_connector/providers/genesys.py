"""Genesys Cloud."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="Genesys",
    links=(
        "https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials",
        "https://developer.genesys.cloud/authorization/platform-auth/use-authorization-code",
        "https://github.com/MyPureCloud/platform-client-sdk-python",
    ),
    read="2026-11-29",
    authorization_url="https://login.${region}/oauth/authorize",
    token_url="https://login.${region}/oauth/token",
    parameters={
        "region": Parameter(HOST, "mypurecloud.de", "domain of the region, such as mypurecloud.com"),
    },
    client_authentication=ClientAuthentication.BASIC,
    notes=(
        "Access tokens expire after a day, unless the client has another value.",
        "The scopes are those of the client.",
    ),
    codes={
        "invalid_client": (
            "The region does not know the client, or the secret is wrong. Check `client.id`, and parameter `region`."
        ),
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
    },
)
