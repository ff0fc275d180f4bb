"""eBay."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

_DOMAINS: Mapping[str, str] = {"production": "ebay.com", "sandbox": "sandbox.ebay.com"}

PRESET = Preset(
    name="eBay",
    links=(
        "https://developer.ebay.com/api-docs/static/oauth-consent-request.html",
        "https://developer.ebay.com/api-docs/static/oauth-auth-code-grant-request.html",
        "https://developer.ebay.com/api-docs/static/oauth-redirect-uri.html",
        "https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html",
        "https://github.com/eBay/ebay-oauth-python-client",
    ),
    read="2026-11-29",
    authorization_url="https://auth.${environment}/oauth2/authorize",
    token_url="https://api.${environment}/identity/v1/oauth2/token",
    parameters={
        "environment": Parameter(
            match_one_of(*_DOMAINS), "sandbox", "environment of the client's keys", default="production", hosts=_DOMAINS
        )
    },
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=False, lifetime=47_304_000),
    notes=(
        (
            "The redirect URI has a registered name, the RuName: set `authorizationCode.redirectName` to it, and set"
            " the accept URL of the RuName to the value of `status.redirectURI`."
        ),
        "ClientCredentials obtains an application token, for calls that concern no user.",
    ),
    codes={
        "invalid_client": "The keys are wrong, or are those of the other environment. Check `provider.parameters`.",
        "invalid_grant": (
            "The code or the refresh token is wrong, has expired, or belongs to another client or another RuName."
        ),
        "invalid_scope": "A scope is unknown, or the client may not have it.",
    },
)
