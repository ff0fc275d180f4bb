"""Snowflake OAuth: a security integration of an account."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Snowflake",
    links=(
        "https://docs.snowflake.com/en/user-guide/oauth-custom",
        "https://docs.snowflake.com/en/user-guide/oauth-snowflake-overview",
    ),
    read="2026-11-29",
    authorization_url="https://${account}/oauth/authorize",
    token_url="https://${account}/oauth/token-request",
    parameters={
        "account": Parameter(HOST, "acme-prod.snowflakecomputing.com", "host of the account"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="refresh_token",
    refresh_tokens=RefreshTokens(lifetime=90 * DAY),
    notes=(
        "Access tokens typically expire after ten minutes; `OAUTH_ACCESS_TOKEN_VALIDITY` can set another lifetime.",
        (
            "A refresh token expires after `OAUTH_REFRESH_TOKEN_VALIDITY` of the security integration, which"
            " is at most 90 days by default."
        ),
        "If the security integration demands single-use refresh tokens, each refresh replaces the token.",
        "Set the role in `scopes`, such as `session:role:ANALYST`.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid or has expired, or was issued for another client or redirect URI."
        ),
        "invalid_client": (
            "The account does not know the client, or the secret is wrong. Check `client.id`, and parameter `account`."
        ),
        "unauthorized_client": (
            "The user must not use this role. Check the role in `scopes`, and the blocked roles of the"
            " security integration."
        ),
    },
)
