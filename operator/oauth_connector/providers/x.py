"""X, formerly Twitter."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="X",
    links=(
        "https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
        "https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token",
    ),
    read="2026-11-29",
    authorization_url="https://x.com/i/oauth2/authorize",
    token_url="https://api.x.com/2/oauth2/token",
    revocation_url="https://api.x.com/2/oauth2/revoke",
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline.access",
    quirks=Quirks(errors={"invalid_request": "invalid_grant"}),
    notes=(
        "Access tokens expire after two hours.",
        "X requires PKCE.",
        "For an app without a secret (a native app) leave `client.secretRef` out.",
    ),
    codes={
        "invalid_request": "The code is wrong or older than 30 seconds, or the refresh token is invalid.",
        "unauthorized_client": (
            "The client ID or the client secret is wrong, or the type of the app does not fit: only a web app"
            " has a secret."
        ),
    },
)
