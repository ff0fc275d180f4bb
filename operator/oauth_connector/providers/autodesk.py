"""Autodesk Platform Services."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Autodesk",
    links=(
        "https://aps.autodesk.com/en/docs/oauth/v2/reference/http/gettoken-POST",
        "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/field-guide",
        "https://aps.autodesk.com/node/734",
    ),
    read="2026-11-29",
    authorization_url="https://developer.api.autodesk.com/authentication/v2/authorize",
    token_url="https://developer.api.autodesk.com/authentication/v2/token",
    revocation_url="https://developer.api.autodesk.com/authentication/v2/revoke",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=15 * DAY),
    notes=("Access tokens expire after an hour. A refresh token can be used once, and expires after 15 days.",),
    codes={
        "invalid_grant": (
            "The code was used before or has expired, or the refresh token was used before or is older than 15 days."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
        "unauthorized_client": "The app may not use this grant type.",
    },
)
