"""TikTok: Login Kit and the Content Posting API."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import RequestShape
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="TikTok",
    links=(
        "https://developers.tiktok.com/doc/login-kit-web",
        "https://developers.tiktok.com/docs/en/oauth-user-access-token-management",
        "https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token",
        "https://developers.tiktok.com/doc/oauth-error-handling",
        "https://developers.tiktok.com/doc/client-access-token-management",
    ),
    read="2026-11-29",
    authorization_url="https://www.tiktok.com/v2/auth/authorize/",
    token_url="https://open.tiktokapis.com/v2/oauth/token/",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    pkce=False,
    authorization_names={"client_id": "client_key"},
    request=RequestShape(parameter_names={"client_id": "client_key"}),
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=180 * DAY),
    notes=(
        "`client.id` is the client key of the app.",
        "The member `open_id` of the response identifies the user: publish it with `output.responseFields`.",
        "Access tokens expire after two hours. A refresh token can be used once, and expires after 180 days.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is wrong, has expired, or was used before.",
        "invalid_client": "The client key or the client secret is wrong.",
        "invalid_scope": "A scope is unknown, or is not approved for the app.",
    },
)
