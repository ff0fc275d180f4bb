"""Zoom: apps of users, and server-to-server apps."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import RequestShape
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Zoom",
    links=(
        "https://developers.zoom.us/docs/integrations/oauth/",
        "https://developers.zoom.us/docs/internal-apps/s2s-oauth/",
    ),
    read="2026-11-29",
    authorization_url="https://zoom.us/oauth/authorize",
    token_url="https://zoom.us/oauth/token",
    revocation_url="https://zoom.us/oauth/revoke",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=90 * DAY),
    request=RequestShape(grant_types={"client_credentials": "account_credentials"}),
    notes=(
        "Access tokens expire after an hour.",
        (
            "A server-to-server app uses ClientCredentials with `tokenParameters: {account_id: …}`. The"
            " preset sends Zoom's word `account_credentials` as `grant_type`."
        ),
        "The scopes are those of the app; a request cannot change them, so leave `scopes` out.",
    ),
    codes={
        "invalid_client": "The client ID or the client secret is wrong.",
        "invalid_grant": (
            "The code or the refresh token is invalid: a refresh token is valid until it is used, or for 90 days."
        ),
        "unsupported_grant_type": "The app is of another type: ClientCredentials needs a server-to-server app.",
        "invalid_request": "A parameter is wrong. ClientCredentials needs `tokenParameters: {account_id: …}`.",
    },
)
