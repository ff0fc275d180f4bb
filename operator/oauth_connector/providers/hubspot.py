"""HubSpot."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="HubSpot",
    links=(
        "https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens",
        "https://developers.hubspot.com/docs/api-reference/legacy/authentication/oauth-tokens/v1/migration-guide",
        "https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses",
    ),
    read="2026-11-29",
    authorization_url="https://app.hubspot.com/oauth/authorize",
    token_url="https://api.hubapi.com/oauth/2026-03/token",
    client_authentication=ClientAuthentication.POST,
    quirks=Quirks(
        errors={
            "bad_auth_code": "invalid_grant",
            "bad_refresh_token": "invalid_grant",
            "bad_client_id": "invalid_client",
            "bad_client_secret": "invalid_client",
            "bad_redirect_uri": "invalid_request",
        }
    ),
    notes=(
        "Access tokens expire after 30 minutes.",
        "Set optional scopes in `authorizationCode.parameters.optional_scope`.",
    ),
    codes={
        "bad_auth_code": "The code is wrong, was used before, or has expired.",
        "bad_refresh_token": "The refresh token is wrong or was revoked, for example since the app was uninstalled.",
        "bad_client_id": "HubSpot does not know the client ID.",
        "bad_client_secret": "The client secret is wrong.",
        "bad_redirect_uri": "The redirect URI is not registered. Compare `status.redirectURI` with those of the app.",
        "invalid_grant": "The code or the refresh token is wrong, has expired or was revoked.",
    },
)
