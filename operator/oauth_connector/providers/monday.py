"""monday.com."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Monday",
    links=(
        "https://developer.monday.com/apps/docs/oauth-2-1",
        "https://developer.monday.com/apps/docs/migrating-to-the-new-oauth-flow",
        "https://github.com/mondaycom/agentic-monday",
    ),
    read="2026-11-29",
    authorization_url="https://auth.monday.com/oauth2/authorize",
    token_url="https://auth.monday.com/oauth_ms/oauth/token",
    revocation_url="https://auth.monday.com/oauth_ms/oauth/revoke",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True),
    request=RequestShape(body_format=BodyFormat.JSON),
    notes=(
        (
            "The response contains no lifetime: the operator assumes an hour, unless"
            " `refresh.defaultLifetime` says otherwise."
        ),
        (
            "This is OAuth 2.1 with PKCE. For an older app version without it, set `provider.tokenURL:"
            " https://auth.monday.com/oauth2/token`: its tokens do not expire, and there is no refresh token."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is wrong, has expired, was used before or was revoked.",
    },
)
