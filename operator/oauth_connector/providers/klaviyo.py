"""Klaviyo."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Klaviyo",
    links=(
        "https://developers.klaviyo.com/en/docs/set_up_oauth",
        "https://developers.klaviyo.com/en/docs/troubleshoot_oauth_errors",
    ),
    read="2026-11-29",
    authorization_url="https://www.klaviyo.com/oauth/authorize",
    token_url="https://a.klaviyo.com/oauth/token",
    revocation_url="https://a.klaviyo.com/oauth/revoke",
    client_authentication=ClientAuthentication.BASIC,
    quirks=Quirks(errors={"invalid_grant_type": "invalid_grant"}),
    notes=("Klaviyo requires PKCE.",),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid, has expired or was revoked: the user can uninstall the app."
        ),
        "invalid_grant_type": "The refresh token has expired or was revoked.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
