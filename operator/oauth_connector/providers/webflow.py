"""Webflow."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Webflow",
    links=("https://developers.webflow.com/data/reference/oauth-app",),
    read="2026-11-29",
    authorization_url="https://webflow.com/oauth/authorize",
    token_url="https://api.webflow.com/oauth/access_token",
    client_authentication=ClientAuthentication.POST,
    notes=(
        (
            "A token does not expire, and there is no refresh token. Webflow revokes a token that was not"
            " used for a year."
        ),
    ),
    codes={
        "invalid_grant": "The code is older than 15 minutes, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
