"""Zendesk Support."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import LABEL
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Zendesk",
    links=(
        "https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token",
        "https://support.zendesk.com/hc/en-us/articles/9182123625370",
        "https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/",
    ),
    read="2026-11-29",
    authorization_url="https://${subdomain}.zendesk.com/oauth/authorizations/new",
    token_url="https://${subdomain}.zendesk.com/oauth/tokens",
    parameters={
        "subdomain": Parameter(LABEL, "acme", "subdomain of the account"),
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, revokes_access_token=True),
    notes=(
        (
            "By default access tokens expire after 30 minutes, and refresh tokens after 30 days. Clients that"
            " were created before 30 April 2026 have tokens that do not expire, until April 2027."
        ),
        'For another lifetime set `tokenParameters: {expires_in: "172800"}`: at most 48 hours.',
        (
            "A refresh revokes the old access token: the application must read the Secret before each"
            " request, and again after a 401."
        ),
    ),
    codes={
        "invalid_grant": (
            "The code was used before or is older than two minutes, or the refresh token was used before or"
            " has expired."
        ),
        "invalid_client": (
            "The identifier or the secret of the OAuth client is wrong. Check `client.id`, and parameter `subdomain`."
        ),
    },
)
