"""Google."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="Google",
    links=(
        "https://developers.google.com/identity/protocols/oauth2/web-server",
        "https://developers.google.com/identity/protocols/oauth2#expiration",
        "https://developers.google.com/identity/protocols/oauth2/limited-input-device",
    ),
    read="2026-11-29",
    issuer="https://accounts.google.com",
    authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",
    device_authorization_url="https://oauth2.googleapis.com/device/code",
    revocation_url="https://oauth2.googleapis.com/revoke",
    client_authentication=ClientAuthentication.POST,
    authorization={"access_type": "offline", "prompt": "consent"},
    refresh_tokens=RefreshTokens(rotates=False, idle_lifetime=180 * DAY),
    quirks=Quirks(errors={"deleted_client": "invalid_client", "disabled_client": "invalid_client"}),
    notes=(
        "While the publishing status of the consent screen is Testing, refresh tokens expire after seven days.",
        (
            "A refresh token also expires after six months without use and, if Gmail scopes were granted,"
            " when the user changes the password."
        ),
        "Each user and client can have 100 refresh tokens; another one revokes the oldest without notice.",
    ),
    codes={
        "deleted_client": "The OAuth client was deleted. Restore it, or create another one and set `client.id`.",
        "disabled_client": "The OAuth client is disabled. Enable it in the console of Google Cloud.",
        "admin_policy_enforced": "An administrator of the Google Workspace does not allow the scopes.",
        "org_internal": "The OAuth client is for users of one organization only.",
    },
)
