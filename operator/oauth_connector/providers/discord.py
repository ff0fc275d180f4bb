"""Discord."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Discord",
    links=("https://docs.discord.com/developers/topics/oauth2",),
    read="2026-11-29",
    authorization_url="https://discord.com/oauth2/authorize",
    token_url="https://discord.com/api/oauth2/token",
    revocation_url="https://discord.com/api/oauth2/token/revoke",
    client_authentication=ClientAuthentication.BASIC,
    notes=(
        "Access tokens expire after a week.",
        "With ClientCredentials the token is that of the owner of the application.",
    ),
    codes={
        "invalid_client": (
            "Discord does not know the application, or the secret is wrong; a reset in the developer portal"
            " replaces it."
        ),
    },
)
