"""Webflow."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Webflow",
    links=(
        "https://developers.webflow.com/data/reference/oauth-app",
        "https://github.com/webflow/js-webflow-api",
    ),
    read="2026-11-29",
    authorization_url="https://webflow.com/oauth/authorize",
    token_url="https://api.webflow.com/oauth/access_token",
    client_authentication=ClientAuthentication.POST,
    notes=("The response contains no lifetime and no refresh token.",),
    codes={
        "invalid_grant": "The code is wrong, has expired, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
