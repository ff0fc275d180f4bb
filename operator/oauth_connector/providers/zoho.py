"""Zoho: one authorization server in each data center."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens, TokenHostParameter

_HOSTS: Mapping[str, str] = {
    "us": "accounts.zoho.com",
    "eu": "accounts.zoho.eu",
    "in": "accounts.zoho.in",
    "au": "accounts.zoho.com.au",
    "jp": "accounts.zoho.jp",
    "ca": "accounts.zohocloud.ca",
    "sa": "accounts.zoho.sa",
    "uk": "accounts.zoho.uk",
    "cn": "accounts.zoho.com.cn",
}

PRESET = Preset(
    name="Zoho",
    links=(
        "https://www.zoho.com/accounts/protocol/oauth.html",
        "https://www.zoho.com/accounts/protocol/oauth/multi-dc.html",
        "https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html",
        "https://www.zoho.com/crm/developer/docs/api/v8/token-validity.html",
    ),
    read="2026-11-29",
    authorization_url="https://${dataCenter}/oauth/v2/auth",
    token_url="https://${dataCenter}/oauth/v2/token",
    revocation_url="https://${dataCenter}/oauth/v2/token/revoke",
    parameters={
        "dataCenter": Parameter(
            match_one_of(*_HOSTS), "eu", "data center in which the client is registered", default="us", hosts=_HOSTS
        )
    },
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    authorization={"access_type": "offline", "prompt": "consent"},
    header_prefix="Zoho-oauthtoken",
    callback=TokenHostParameter("accounts-server", frozenset(_HOSTS.values())),
    refresh_tokens=RefreshTokens(rotates=False),
    quirks=Quirks(
        errors={
            "invalid_code": "invalid_grant",
            "invalid_client_secret": "invalid_client",
            "invalid_redirect_uri": "invalid_request",
            "general_error": "server_error",
        },
        milliseconds=True,
    ),
    notes=(
        (
            "The account of a user is stored in one data center, which the redirect names in"
            " `accounts-server`. The operator sends the code there if it is one of the hosts above, and to no other"
            " host. Enable multi-DC support for the client, with the same secret in every data center."
        ),
        (
            "The limit is ten access tokens in ten minutes for one refresh token. Then Zoho returns"
            " `Access Denied` with status 200, and the operator waits ten minutes."
        ),
        "Each user and client can have twenty refresh tokens; another one revokes the oldest and its access tokens.",
        (
            "The member `api_domain` of the response contains the host of the API: publish it with"
            " `output.responseFields`."
        ),
        (
            "A Self Client uses ClientCredentials; products with several organizations then require"
            " `tokenParameters: {soid: ZohoCRM.<organization>}`."
        ),
    ),
    codes={
        "invalid_code": "The code or the refresh token is wrong, has expired, or was revoked.",
        "invalid_client": (
            "The client is not registered in this data center. Check `client.id`, and parameter `dataCenter`."
        ),
        "invalid_client_secret": "The client secret is wrong. It can differ between data centers.",
        "invalid_redirect_uri": (
            "The redirect URI is not registered. Compare `status.redirectURI` with that of the client."
        ),
        "missing_org_info": "The product needs the organization: set `tokenParameters.soid`.",
        "general_error": "Zoho reports an error without a cause.",
    },
)
