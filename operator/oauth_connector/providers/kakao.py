"""Kakao."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Kakao",
    links=(
        "https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
        "https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting",
        "https://devtalk.kakao.com/t/koe322-expired-or-invalid-refresh-token/126899",
    ),
    read="2026-11-29",
    authorization_url="https://kauth.kakao.com/oauth/authorize",
    token_url="https://kauth.kakao.com/oauth/token",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    refresh_tokens=RefreshTokens(revokes_used=True, idle_lifetime=60 * DAY),
    notes=(
        (
            "Access tokens expire after six hours, and a refresh token after two months. A refresh in its"
            " last month returns another one."
        ),
        "The client ID is the REST API key of the app.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
        "invalid_client": "The REST API key or the client secret is wrong.",
    },
)
