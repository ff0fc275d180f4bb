"""Yahoo."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Yahoo",
    links=("https://developer.yahoo.com/oauth2/guide/flows_authcode/",),
    read=None,
    authorization_url="https://api.login.yahoo.com/oauth2/request_auth",
    token_url="https://api.login.yahoo.com/oauth2/get_token",
    client_authentication=ClientAuthentication.BASIC,
    notes=("Access tokens expire after an hour. A refresh token is valid until the user revokes the access.",),
    codes={
        "invalid_grant": ("The code was used before or has expired, or the user revoked the access."),
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
