"""Keycloak: one realm of a server."""

from oauth_connector.providers.patterns import NAME, SERVER
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="Keycloak",
    links=(
        "https://www.keycloak.org/securing-apps/oidc-layers",
        "https://www.keycloak.org/docs/latest/server_admin/#_offline-access",
    ),
    issuer="https://${server}/realms/${realm}",
    authorization_url="https://${server}/realms/${realm}/protocol/openid-connect/auth",
    token_url="https://${server}/realms/${realm}/protocol/openid-connect/token",
    revocation_url="https://${server}/realms/${realm}/protocol/openid-connect/revoke",
    parameters={
        "server": Parameter(SERVER, "sso.example.com", "host of the server, with port and path if need be"),
        "realm": Parameter(NAME, "main", "name of the realm"),
    },
    offline_scope="offline_access",
    notes=(
        (
            "Access tokens live five minutes unless the realm says otherwise. Without the scope `offline_access`"
            " a refresh token ends with the person's session, after half an hour without use."
        ),
    ),
)
