"""Gusto."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"production": "api.gusto.com", "demo": "api.gusto-demo.com"}

PRESET = Preset(
    name="Gusto",
    links=(
        "https://docs.gusto.com/app-integrations/docs/oauth2",
        "https://docs.gusto.com/app-integrations/reference/refresh-access-token",
        "https://docs.gusto.com/embedded-payroll/docs/company-access-tokens",
    ),
    read="2026-11-29",
    authorization_url="https://${environment}/oauth/authorize",
    token_url="https://${environment}/oauth/token",
    parameters={
        "environment": Parameter(
            match_one_of(*_HOSTS), "demo", "environment of the application", default="production", hosts=_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    request=RequestShape(body_format=BodyFormat.JSON),
    notes=(
        (
            "Access tokens expire after two hours. A refresh token is revoked when the access token that it"
            " led to is used for the first time."
        ),
    ),
    codes={
        "invalid_grant": "The code was used before or has expired, or the refresh token was used before.",
        "invalid_client": (
            "The client ID or the client secret is wrong, or of the other environment. Check parameter `environment`."
        ),
    },
)
