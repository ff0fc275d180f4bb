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
    parameters={
        "server": Parameter(SERVER, "auth.example.com", "host of the server, with port if necessary"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    notes=(
        (
            "Access tokens expire after an hour, and refresh tokens after 30 days, unless tenant or"
            " application have other values."
        ),
        "Rotation of refresh tokens is a setting of tenant or application: One-time Use.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": (
            "The server does not know the application, or the secret is wrong. Check parameter `server`."
        ),
        "unauthorized_client": "The grant type is not enabled for the application.",
    },
)
