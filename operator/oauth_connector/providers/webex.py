"""Cisco Webex."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Webex",
    links=("https://developer.webex.com/docs/integrations",),
    read="2026-11-29",
    authorization_url="https://webexapis.com/v1/authorize",
    token_url="https://webexapis.com/v1/access_token",
    client_authentication=ClientAuthentication.POST,
    notes=(
        (
            "Access tokens expire after 14 days, and the response states the lifetime of the refresh token,"
            " which each refresh prolongs."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
