"""Cisco Webex."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Webex",
    links=("https://developer.webex.com/docs/integrations", "https://github.com/webex/integration-refresh"),
    read="2026-11-29",
    authorization_url="https://webexapis.com/v1/authorize",
    token_url="https://webexapis.com/v1/access_token",
    client_authentication=ClientAuthentication.POST,
    notes=("The response states the lifetimes of both tokens. A second refresh within a day often changes neither.",),
    codes={
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
