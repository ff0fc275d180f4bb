"""Airtable."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Airtable",
    links=(
        "https://airtable.com/developers/web/api/oauth-reference",
        "https://github.com/Airtable/oauth-example",
    ),
    read="2026-11-29",
    authorization_url="https://airtable.com/oauth2/v1/authorize",
    token_url="https://airtable.com/oauth2/v1/token",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True, idle_lifetime=60 * DAY),
    notes=(
        "Access tokens expire after an hour.",
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
        "Airtable requires PKCE and scopes.",
    ),
    codes={
        "invalid_grant": "The code has expired, or the refresh token was used before, or was not used for 60 days.",
        "invalid_scope": (
            "The integration does not have one of the scopes. Check `scopes`, and the settings of the integration."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
