"""GitLab.com, and self-managed servers."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="GitLab",
    links=("https://docs.gitlab.com/api/oauth2/",),
    read="2026-11-29",
    authorization_url="https://${server}/oauth/authorize",
    token_url="https://${server}/oauth/token",
    device_authorization_url="https://${server}/oauth/authorize_device",
    revocation_url="https://${server}/oauth/revoke",
    parameters={
        "server": Parameter(
            SERVER,
            "gitlab.example.com",
            "host of a self-managed server, with port and path if necessary",
            default="gitlab.com",
        ),
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True),
    notes=(
        "Access tokens expire after two hours.",
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token was used before, has expired or was revoked, or belongs to another"
            " application or redirect URI."
        ),
        "invalid_client": (
            "GitLab does not know the application, or the secret is wrong. Check `client.id`, and parameter `server`."
        ),
    },
)
