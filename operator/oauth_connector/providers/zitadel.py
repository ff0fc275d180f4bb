"""Zitadel."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Zitadel",
    links=(
        "https://zitadel.com/docs/apis/openidoauth/endpoints",
        "https://zitadel.com/docs/guides/manage/console/default-settings",
    ),
    read="2026-11-29",
    issuer="https://${domain}",
    authorization_url="https://${domain}/oauth/v2/authorize",
    token_url="https://${domain}/oauth/v2/token",
    revocation_url="https://${domain}/oauth/v2/revoke",
    parameters={
        "domain": Parameter(HOST, "acme.zitadel.cloud", "domain of the instance"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, lifetime=90 * DAY, idle_lifetime=30 * DAY),
    notes=(
        (
            "Access tokens expire after twelve hours, and refresh tokens after 30 days without use or 90 days"
            " after the consent, unless the instance has other values."
        ),
        (
            "For ClientCredentials create a service user with a secret. Set the scope"
            " `urn:zitadel:iam:org:project:id:PROJECT:aud` for the audience."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": (
            "The instance does not know the client, or the secret or the authentication method is wrong."
            " Check parameter `domain`."
        ),
        "invalid_scope": "One of the scopes is unknown.",
    },
)
