"""Eventbrite."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Eventbrite",
    links=(
        "https://www.eventbrite.com/platform/docs/authentication",
        "https://www.eventbrite.com/platform/docs/app-oauth-flow",
    ),
    read="2026-11-29",
    authorization_url="https://www.eventbrite.com/oauth/authorize",
    token_url="https://www.eventbrite.com/oauth/token",
    client_authentication=ClientAuthentication.POST,
    notes=(
        "No lifetime is stated, and there is no refresh token. A user who changed the password must consent again.",
    ),
    codes={
        "invalid_grant": "The code is wrong, has expired, or was used before.",
        "invalid_client": "The API key or the client secret is wrong.",
    },
)
