"""FusionAuth."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="FusionAuth",
    links=(
        "https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/endpoints",
        "https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens",
    ),
    read="2026-11-29",
    authorization_url="https://${server}/oauth2/authorize",
    token_url="https://${server}/oauth2/token",
    device_authorization_url="https://${server}/oauth2/device_authorize",
    parameters={
        "server": Parameter(SERVER, "auth.example.com", "host of the server, with port if necessary"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    notes=(
        "Set `authorizationCode.parameters.tenantId` if the server has several tenants.",
        "The lifetimes of the tokens, and the rotation of refresh tokens, are settings of tenant or application.",
        "A refresh token is returned if Generate refresh tokens is enabled for the application.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": (
            "The server does not know the application, or the secret is wrong. Check parameter `server`."
        ),
        "unauthorized_client": "The grant type is not enabled for the application.",
    },
)
