"""Square."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"production": "connect.squareup.com", "sandbox": "connect.squareupsandbox.com"}

PRESET = Preset(
    name="Square",
    links=(
        "https://developer.squareup.com/reference/square/oauth-api/obtain-token",
        "https://developer.squareup.com/reference/square/objects/ObtainTokenResponse",
        "https://developer.squareup.com/docs/oauth-api/refresh-revoke-limit-scope",
    ),
    read="2026-11-29",
    authorization_url="https://${environment}/oauth2/authorize",
    token_url="https://${environment}/oauth2/token",
    parameters={
        "environment": Parameter(
            match_one_of(*_HOSTS), "sandbox", "environment of the application", default="production", hosts=_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.POST,
    authorization={"session": "false"},
    pkce=False,
    refresh_tokens=RefreshTokens(rotates=False),
    request=RequestShape(body_format=BodyFormat.JSON),
    notes=(
        (
            "Access tokens expire after 30 days. Square recommends a refresh every seven days: set"
            " `refresh.maxLifetime: 168h`."
        ),
        (
            "A refresh token does not expire. With PKCE it would be valid once and for 90 days; set"
            " `authorizationCode.pkce: S256` only for an application without a secret."
        ),
    ),
    codes={
        "invalid_grant": "The code is older than five minutes or was used before, or the refresh token was revoked.",
        "invalid_client": (
            "The application ID or the application secret is wrong, or of the other environment. Check"
            " parameter `environment`."
        ),
    },
)
