"""Twitch."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
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
    notes=(
        "A refresh token becomes invalid when the user changes the password or disconnects the app.",
        "Twitch requires applications that let users sign in to validate each token every hour.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid: the user changed the password or has disconnected the app."
        ),
    },
)
