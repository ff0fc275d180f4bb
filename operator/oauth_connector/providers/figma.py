"""Figma."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import RequestShape
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Figma",
    links=(
        "https://developers.figma.com/docs/rest-api/authentication/",
        "https://developers.figma.com/docs/rest-api/oauth-apps/",
    ),
    read=None,
    authorization_url="https://www.figma.com/oauth",
    token_url="https://api.figma.com/v1/oauth/token",
    client_authentication=ClientAuthentication.BASIC,
    scope_separator=",",
    refresh_tokens=RefreshTokens(rotates=False),
    request=RequestShape(refresh_url="https://api.figma.com/v1/oauth/refresh"),
    notes=(
        "Access tokens expire after 90 days. Refresh tokens have an endpoint of their own, which the preset knows.",
    ),
    codes={
        "invalid_grant": "The code is older than 30 seconds or was used before, or the refresh token was revoked.",
    },
)
