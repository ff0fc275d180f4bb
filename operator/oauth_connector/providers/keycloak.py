"""Keycloak: one realm of a server."""

from oauth_connector.providers.patterns import NAME, SERVER
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Keycloak",
    links=(
        "https://www.keycloak.org/securing-apps/oidc-layers",
        "https://www.keycloak.org/docs/latest/server_admin/#_offline-access",
    ),
    read="2026-11-29",
    issuer="https://${server}/realms/${realm}",
    authorization_url="https://${server}/realms/${realm}/protocol/openid-connect/auth",
    token_url="https://${server}/realms/${realm}/protocol/openid-connect/token",
    revocation_url="https://${server}/realms/${realm}/protocol/openid-connect/revoke",
    parameters={
        "server": Parameter(SERVER, "sso.example.com", "host of the server, with port and path if necessary"),
        "realm": Parameter(NAME, "main", "name of the realm"),
    },
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, idle_lifetime=30 * DAY),
    notes=(
        (
            "Access tokens expire after five minutes by default. Without the scope `offline_access` a"
            " refresh token expires with the session of the user, after half an hour without use."
        ),
    ),
    codes={
        "unauthorized_client": (
            "The client secret is wrong, or the grant type is not enabled: service account roles for"
            " ClientCredentials, direct access grants for Password."
        ),
        "invalid_client": (
            "The client does not exist in this realm or is disabled. Check `client.id`, and parameter `realm`."
        ),
    },
)
