"""Ory Network, and Ory Hydra."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

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
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=(
        ("Access tokens expire after an hour, unless the project or the client has another value."),
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
