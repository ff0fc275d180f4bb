"""Okta: the authorization servers of an organization."""

from oauth_connector.providers.patterns import HOST, NAME
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Okta",
    links=(
        "https://developer.okta.com/docs/reference/api/oidc/",
        "https://developer.okta.com/docs/guides/refresh-tokens/main/",
    ),
    read="2026-11-29",
    issuer="https://${domain}/oauth2/${authorizationServer}",
    authorization_url="https://${domain}/oauth2/${authorizationServer}/v1/authorize",
    token_url="https://${domain}/oauth2/${authorizationServer}/v1/token",
    revocation_url="https://${domain}/oauth2/${authorizationServer}/v1/revoke",
    parameters={
        "domain": Parameter(HOST, "acme.okta.com", "domain of the organization"),
        "authorizationServer": Parameter(
            NAME, "aus9o8wzkhckw9TLa0h7", "ID of the authorization server", default="default"
        ),
    },
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(idle_lifetime=7 * DAY),
    notes=(
        (
            "For the authorization server of the organization itself, set `issuer: https://acme.okta.com`"
            " in addition to the preset, instead of its parameters."
        ),
        "A refresh token expires after seven days without use, unless the access policy has another value.",
        "A second use of a refresh token after the grace period (30 seconds by default) revokes the grant.",
    ),
    codes={
        "access_denied": (
            "No access policy of the authorization server allows the client, the grant type or the scopes."
        ),
        "invalid_scope": (
            "The authorization server does not have the scope. Check `scopes`, and parameter `authorizationServer`."
        ),
        "unauthorized_client": "The grant type is not enabled for the application.",
    },
)
