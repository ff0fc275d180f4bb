"""Atlassian Cloud: Jira and Confluence, by OAuth 2.0 (3LO)."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Atlassian",
    links=(
        "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
        "https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/",
        "https://community.developer.atlassian.com/t/refresh-token-expire-after-36000-seconds/60806",
        (
            "https://community.developer.atlassian.com/t/"
            "updated-31-january-2022-action-required-deprecating-persistent-refresh-tokens/54172"
        ),
    ),
    read="2026-11-29",
    authorization_url="https://auth.atlassian.com/authorize",
    token_url="https://auth.atlassian.com/oauth/token",
    client_authentication=ClientAuthentication.POST,
    authorization={"audience": "api.atlassian.com", "prompt": "consent"},
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(
        rotates=True, revokes_used=True, reuse_window=600, lifetime=365 * DAY, idle_lifetime=90 * DAY
    ),
    notes=(
        (
            "Access tokens expire after an hour. APIs are at `https://api.atlassian.com/ex/…`, below the"
            " cloud ID of the site."
        ),
        "A user must consent again after 365 days, whatever was refreshed since.",
        "For Atlassian Government set `authorizationCode.parameters.audience`, `tokenURL` and `authorizationURL`.",
    ),
    codes={
        "invalid_grant": (
            "The refresh token is unknown: it was used before, was idle for 90 days, is older than 365 days,"
            " or the user changed the password."
        ),
        "unauthorized_client": "The refresh token is invalid, or the app may not use this grant type.",
        "access_denied": "The client secret is wrong, or the app may not use this grant type.",
    },
)
