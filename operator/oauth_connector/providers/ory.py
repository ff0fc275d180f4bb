"""Ory Network, and Ory Hydra."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Ory",
    links=(
        "https://www.ory.sh/docs/oauth2-oidc/authorization-code-flow",
        "https://www.ory.sh/docs/oauth2-oidc/refresh-token-grant",
    ),
    read="2026-11-29",
    authorization_url="https://${server}/oauth2/auth",
    token_url="https://${server}/oauth2/token",
    revocation_url="https://${server}/oauth2/revoke",
    parameters={
        "server": Parameter(SERVER, "acme.projects.oryapis.com", "host of the project, or of Hydra's public endpoint"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True, idle_lifetime=30 * DAY),
    notes=(
        (
            "Access tokens expire after an hour, and a refresh token after 30 days, unless the project or the client"
            " has another value."
        ),
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
        "A second use of a refresh token revokes the grant, unless a grace period is configured.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid, has expired, or was used before, which revokes the grant."
        ),
        "invalid_client": (
            "The client does not exist, or the secret or the authentication method is wrong. Check parameter `server`."
        ),
        "invalid_scope": "The client may not request one of the scopes.",
    },
)
