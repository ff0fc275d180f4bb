"""DigitalOcean."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="DigitalOcean",
    links=("https://docs.digitalocean.com/reference/api/oauth/",),
    read="2026-11-29",
    authorization_url="https://cloud.digitalocean.com/v1/oauth/authorize",
    token_url="https://cloud.digitalocean.com/v1/oauth/token",
    revocation_url="https://cloud.digitalocean.com/v1/oauth/revoke",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True),
    notes=(
        "Access tokens expire after 30 days.",
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
