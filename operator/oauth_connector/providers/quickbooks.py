"""Intuit QuickBooks Online."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="QuickBooks",
    links=(
        "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0",
        "https://blogs.intuit.com/2024/06/03/oauth-token-management-done-the-right-way/",
    ),
    read="2026-11-29",
    authorization_url="https://appcenter.intuit.com/connect/oauth2",
    token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    client_authentication=ClientAuthentication.BASIC,
    callback_fields=("realmId",),
    refresh_tokens=RefreshTokens(idle_lifetime=100 * DAY),
    notes=(
        (
            "Access tokens expire after an hour. The value of the refresh token changes about once a day, and"
            " each refresh prolongs it to 100 days."
        ),
        (
            "The redirect names the company in `realmId`, which is part of the URLs of the API: publish it with"
            " `output.responseFields`, before the user consents."
        ),
        ("Sandbox and production have the same addresses and different clients."),
    ),
    codes={
        "invalid_grant": (
            "The refresh token is not the latest one, was not used for 100 days, or was revoked; or the code"
            " was used before."
        ),
        "invalid_client": (
            "The client ID or the client secret is wrong, or of the other environment (sandbox, production)."
        ),
    },
)
