"""Intuit QuickBooks Online."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="QuickBooks",
    links=(
        "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0",
        "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/faq",
        "https://blogs.intuit.com/2024/06/03/oauth-token-management-done-the-right-way/",
        "https://blogs.intuit.com/2025/11/12/important-changes-to-refresh-token-policy/",
    ),
    read="2026-11-29",
    authorization_url="https://appcenter.intuit.com/connect/oauth2",
    token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    client_authentication=ClientAuthentication.BASIC,
    callback_fields=("realmId",),
    refresh_tokens=RefreshTokens(lifetime=5 * 365 * DAY, idle_lifetime=100 * DAY),
    notes=(
        (
            "Access tokens expire after an hour. Each refresh prolongs the refresh token to 100 days, for five"
            " years after the consent at most."
        ),
        (
            "The redirect names the company in `realmId`, which is part of the URLs of the API: publish it with"
            " `output.responseFields`, before the user consents."
        ),
        ("Sandbox and production have the same addresses and different clients."),
    ),
    codes={
        "invalid_grant": (
            "The refresh token is not the latest one, was not used for 100 days, is older than five years, or was"
            " revoked; or the code was used before."
        ),
        "invalid_client": (
            "The client ID or the client secret is wrong, or of the other environment (sandbox, production)."
        ),
    },
)
