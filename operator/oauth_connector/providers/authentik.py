"""authentik."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Authentik",
    links=(
        "https://docs.goauthentik.io/add-secure-apps/providers/oauth2/",
        "https://docs.goauthentik.io/add-secure-apps/providers/oauth2/machine_to_machine/",
        "https://github.com/goauthentik/authentik/blob/main/authentik/providers/oauth2/views/token.py",
    ),
    read="2026-11-29",
    authorization_url="https://${server}/application/o/authorize/",
    token_url="https://${server}/application/o/token/",
    revocation_url="https://${server}/application/o/revoke/",
    parameters={
        "server": Parameter(SERVER, "sso.example.com", "host of the server, with port if necessary"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    notes=(
        "The lifetimes of tokens are settings of the provider in authentik: by default five minutes and 30 days.",
        "With a refresh token threshold in the provider, a refresh may return no other refresh token.",
        "With ClientCredentials authentik creates a service account for the client.",
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired, or was used before.",
        "invalid_client": "The server does not know the client, or the secret is wrong. Check parameter `server`.",
    },
)
