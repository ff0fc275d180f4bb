"""Login with Amazon, for Amazon Ads and other APIs."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"na": "api.amazon.com", "eu": "api.amazon.co.uk", "fe": "api.amazon.co.jp"}

PRESET = Preset(
    name="Amazon",
    links=(
        "https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html",
        "https://developer.amazon.com/docs/amazon-data-portability/use-refresh-token.html",
        "https://developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api",
    ),
    read="2026-11-29",
    authorization_url="https://www.amazon.com/ap/oa",
    token_url="https://${region}/auth/o2/token",
    parameters={
        "region": Parameter(match_one_of(*_HOSTS), "eu", "region of the token endpoint", default="na", hosts=_HOSTS),
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=False),
    notes=(
        "Access tokens expire after an hour.",
        (
            "For the Selling Partner API use grantType RefreshToken with the refresh token of the self-"
            "authorization; operations without a seller use ClientCredentials with a scope such as"
            " `sellingpartnerapi::notifications`."
        ),
        (
            "In Europe and the Far East set `authorizationURL` to `https://eu.account.amazon.com/ap/oa` or"
            " `https://apac.account.amazon.com/ap/oa`."
        ),
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid, has expired or was revoked, or belongs to another client."
        ),
        "invalid_client": "The client ID or the client secret is wrong.",
        "unauthorized_client": "The client may not use this grant type.",
    },
)
