"""Cisco Webex."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Webex",
    links=("https://developer.webex.com/docs/integrations",),
    read=None,
    authorization_url="https://webexapis.com/v1/authorize",
    token_url="https://webexapis.com/v1/access_token",
    client_authentication=ClientAuthentication.POST,
    notes=("The response states the lifetimes of both tokens.",),
    codes={
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
