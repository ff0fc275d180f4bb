"""Adobe: the Identity Management Services."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Adobe",
    links=(
        "https://developer.adobe.com/developer-console/docs/guides/authentication/UserAuthentication/ims",
        "https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ims",
    ),
    read="2026-11-29",
    authorization_url="https://ims-na1.adobelogin.com/ims/authorize/v2",
    token_url="https://ims-na1.adobelogin.com/ims/token/v3",
    revocation_url="https://ims-na1.adobelogin.com/ims/revoke",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    offline_scope="offline_access",
    notes=(
        "Access tokens expire after 24 hours. A refresh token expires after 14 days, by default.",
        "A server-to-server credential uses ClientCredentials with the scopes that the developer console lists.",
    ),
    codes={
        "invalid_client": "The client ID or the client secret is wrong.",
        "invalid_scope": (
            "The credential does not have one of the scopes. The developer console lists those that it has."
        ),
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
        "unauthorized_client": "The grant type is not enabled for the credential.",
    },
)
