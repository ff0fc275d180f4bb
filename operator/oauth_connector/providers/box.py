"""Box."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Box",
    links=(
        "https://developer.box.com/guides/authentication/tokens/refresh/",
        "https://developer.box.com/reference/post-oauth2-token/",
        "https://developer.box.com/guides/authentication/client-credentials/",
    ),
    read="2026-11-29",
    authorization_url="https://account.box.com/api/oauth2/authorize",
    token_url="https://api.box.com/oauth2/token",
    revocation_url="https://api.box.com/oauth2/revoke",
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=60 * DAY),
    notes=(
        "Access tokens expire after about an hour.",
        (
            "For ClientCredentials set `tokenParameters: {box_subject_type: enterprise, box_subject_id: …}`,"
            " or `user` and the ID of a user."
        ),
    ),
    codes={
        "invalid_grant": (
            "The refresh token was used before, or was not used for 60 days; or, with ClientCredentials, the client or"
            " `box_subject_id` is wrong, or the app is not authorized in the enterprise."
        ),
        "unauthorized_client": "The grant type is not enabled for the app.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
