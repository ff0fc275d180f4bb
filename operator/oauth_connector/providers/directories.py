"""Presets of authorization servers that issue tokens for other people's APIs. A row links to the provider's pages."""

from collections.abc import Mapping

from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.token import ClientAuthentication
from oauth_connector.providers.patterns import GUID, HOST, NAME, SERVER, one_of
from oauth_connector.providers.preset import Parameter, Preset, PresetName

_ENTRA_HOSTS: Mapping[str, str] = {
    "global": "login.microsoftonline.com",
    "us-government": "login.microsoftonline.us",
    "china": "login.partner.microsoftonline.cn",
}

MICROSOFT_ENTRA = Preset(
    name=PresetName.MICROSOFT_ENTRA,
    links=(
        "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
        "https://learn.microsoft.com/entra/identity-platform/refresh-tokens",
        "https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud",
    ),
    authorization_url="https://${cloud}/${tenant}/oauth2/v2.0/authorize",
    token_url="https://${cloud}/${tenant}/oauth2/v2.0/token",
    parameters={
        "tenant": Parameter(
            f"common|organizations|consumers|{GUID}|{HOST}",
            "contoso.onmicrosoft.com",
            "directory, by its ID or one of its domains; `common`, `organizations` or `consumers` for any",
        ),
        "cloud": Parameter(
            one_of(*_ENTRA_HOSTS), "china", "which of Microsoft's clouds", default="global", hosts=_ENTRA_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline_access",
    quirks=Quirks(
        errors={
            "interaction_required": "invalid_grant",
            "consent_required": "invalid_grant",
        }
    ),
    notes=(
        "Refresh tokens live 90 days; each use gives a new one, and the old one is not ended.",
        "For ClientCredentials the scope is the resource and `/.default`, and the tenant must be named.",
    ),
)

OKTA = Preset(
    name=PresetName.OKTA,
    links=(
        "https://developer.okta.com/docs/reference/api/oidc/",
        "https://developer.okta.com/docs/guides/refresh-tokens/main/",
    ),
    issuer="https://${domain}/oauth2/${authorizationServer}",
    authorization_url="https://${domain}/oauth2/${authorizationServer}/v1/authorize",
    token_url="https://${domain}/oauth2/${authorizationServer}/v1/token",
    revocation_url="https://${domain}/oauth2/${authorizationServer}/v1/revoke",
    parameters={
        "domain": Parameter(HOST, "acme.okta.com", "domain of the organisation"),
        "authorizationServer": Parameter(
            NAME, "aus9o8wzkhckw9TLa0h7", "ID of the authorization server", default="default"
        ),
    },
    offline_scope="offline_access",
    notes=(
        (
            "For the organisation's own authorization server set `issuer: https://acme.okta.com` beside the"
            " preset, in the place of its parameters."
        ),
        "A refresh token that is used twice after the grace period (30 seconds unless set otherwise) ends the grant.",
    ),
)

AUTH0 = Preset(
    name=PresetName.AUTH0,
    links=(
        "https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow",
        "https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation",
    ),
    issuer="https://${domain}/",
    authorization_url="https://${domain}/authorize",
    token_url="https://${domain}/oauth/token",
    revocation_url="https://${domain}/oauth/revoke",
    parameters={"domain": Parameter(HOST, "acme.eu.auth0.com", "domain of the tenant, or its custom domain")},
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline_access",
    notes=(
        (
            "Set `audience` to the identifier of the API, or the token is for `/userinfo` alone; the API must"
            " allow offline access."
        ),
    ),
)

KEYCLOAK = Preset(
    name=PresetName.KEYCLOAK,
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
