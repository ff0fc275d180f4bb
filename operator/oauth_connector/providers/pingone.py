"""PingOne: an environment."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import GUID, match_one_of
from oauth_connector.providers.preset import Parameter, Preset

_HOSTS: Mapping[str, str] = {
    "na": "auth.pingone.com",
    "eu": "auth.pingone.eu",
    "ca": "auth.pingone.ca",
    "ap": "auth.pingone.asia",
    "au": "auth.pingone.com.au",
}

PRESET = Preset(
    name="PingOne",
    links=(
        "https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-intro.html",
        "https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-refresh_token-client-secret-basic.html",
        "https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-revocation.html",
        "https://docs.pingidentity.com/pingone/applications/p1_resource_access_tokens.html",
    ),
    read="2026-11-29",
    issuer="https://${region}/${environment}/as",
    authorization_url="https://${region}/${environment}/as/authorize",
    token_url="https://${region}/${environment}/as/token",
    revocation_url="https://${region}/${environment}/as/revoke",
    parameters={
        "region": Parameter(match_one_of(*_HOSTS), "eu", "region of the environment", default="na", hosts=_HOSTS),
        "environment": Parameter(GUID, "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6", "ID of the environment"),
    },
    client_authentication=ClientAuthentication.BASIC,
    notes=(
        "Access tokens expire after an hour, unless the resource has another value.",
        "A refresh token is returned if the application has its grant type, or for the scope `offline_access`.",
    ),
    codes={
        "invalid_client": (
            "The environment does not know the application, or the secret or the authentication method is"
            " wrong. Check parameters `environment` and `region`."
        ),
        "invalid_grant": "The code or the refresh token is invalid, has expired or was revoked.",
        "unauthorized_client": "The grant type is not enabled for the application.",
        "invalid_scope": "The application may not request one of the scopes.",
    },
)
