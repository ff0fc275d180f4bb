"""Strava."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Strava",
    links=("https://developers.strava.com/docs/authentication/",),
    read="2026-11-29",
    authorization_url="https://www.strava.com/oauth/authorize",
    token_url="https://www.strava.com/api/v3/oauth/token",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    refresh_tokens=RefreshTokens(revokes_used=True),
    notes=(
        "Access tokens expire after six hours. A refresh more than an hour before that returns the same access token.",
        "The user can leave scopes out: status shows those that were granted.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, or was replaced by a later one.",
    },
)
