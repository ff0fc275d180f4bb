"""Bitbucket Cloud."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Bitbucket",
    links=("https://developer.atlassian.com/cloud/bitbucket/oauth-2/",),
    read="2026-11-29",
    authorization_url="https://bitbucket.org/site/oauth2/authorize",
    token_url="https://bitbucket.org/site/oauth2/access_token",
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(rotates=False),
    notes=(
        "Access tokens expire after two hours.",
        "The scopes are those of the OAuth consumer; a request cannot change them, so leave `scopes` out.",
        "With ClientCredentials the consumer must be private, and the token is that of its workspace.",
    ),
    codes={
        "unauthorized_client": "The OAuth consumer is unknown, or has no callback URL.",
        "invalid_grant": "The code or the refresh token is invalid, or has expired.",
    },
)
