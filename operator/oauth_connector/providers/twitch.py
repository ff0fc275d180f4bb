"""Twitch."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Twitch",
    links=(
        "https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/",
        "https://dev.twitch.tv/docs/authentication/refresh-tokens/",
    ),
    read="2026-11-29",
    authorization_url="https://id.twitch.tv/oauth2/authorize",
    token_url="https://id.twitch.tv/oauth2/token",
    revocation_url="https://id.twitch.tv/oauth2/revoke",
    client_authentication=ClientAuthentication.POST,
    quirks=Quirks(
        errors={
            "invalid refresh token": "invalid_grant",
            "invalid authorization code": "invalid_grant",
            "invalid client": "invalid_client",
            "invalid client secret": "invalid_client",
        },
        error_places=("/message",),
    ),
    notes=(
        "The response contains the sentence of an error in `message`, and no code.",
        "A refresh token becomes invalid when the user changes the password or disconnects the app.",
        "Twitch requires applications that let users sign in to validate each token every hour.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid: the user changed the password or has disconnected the app."
        ),
        "invalid_client": "Twitch does not know the client ID, or the client secret is wrong.",
    },
)
