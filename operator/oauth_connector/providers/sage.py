"""Sage Business Cloud Accounting."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Sage",
    links=("https://developer.sage.com/accounting/guides/authenticating/authentication/",),
    read="2026-11-29",
    authorization_url="https://www.sageone.com/oauth2/auth/central",
    token_url="https://oauth.accounting.sage.com/token",
    revocation_url="https://oauth.accounting.sage.com/revoke",
    client_authentication=ClientAuthentication.POST,
    authorization={"filter": "apiv3.1"},
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=31 * DAY),
    notes=("Access tokens expire after five minutes. A refresh token can be used once, and expires after 31 days.",),
    codes={
        "invalid_grant": (
            "The code was used before or is older than 60 seconds, or the refresh token was used before or is"
            " older than 31 days."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
