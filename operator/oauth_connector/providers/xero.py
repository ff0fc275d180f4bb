"""Xero."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Xero",
    links=(
        "https://developer.xero.com/documentation/guides/oauth2/auth-flow/",
        "https://developer.xero.com/faq/oauth2",
    ),
    read="2026-11-29",
    authorization_url="https://login.xero.com/identity/connect/authorize",
    token_url="https://identity.xero.com/connect/token",
    revocation_url="https://identity.xero.com/connect/revocation",
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, reuse_window=1800, idle_lifetime=60 * DAY),
    notes=(
        "Access tokens expire after 30 minutes.",
        (
            "A request to the API needs the tenant in header `Xero-Tenant-Id`:"
            " `https://api.xero.com/connections` lists the tenants."
        ),
        "ClientCredentials is for custom connections.",
    ),
    codes={
        "invalid_grant": (
            "The code was used before or has expired, or the refresh token was replaced more than 30 minutes"
            " ago, was not used for 60 days, or was revoked."
        ),
        "unauthorized_client": "The app may not use this grant type; ClientCredentials is for custom connections.",
        "invalid_scope": "The app may not request one of the scopes. Check `scopes`.",
    },
)
