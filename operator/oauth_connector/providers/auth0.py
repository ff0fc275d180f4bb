"""Auth0."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="Auth0",
    links=(
        "https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow",
        "https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation",
        "https://auth0.com/docs/api/authentication",
    ),
    read="2026-11-29",
    issuer="https://${domain}/",
    authorization_url="https://${domain}/authorize",
    token_url="https://${domain}/oauth/token",
    revocation_url="https://${domain}/oauth/revoke",
    parameters={"domain": Parameter(HOST, "acme.eu.auth0.com", "domain of the tenant, or its custom domain")},
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline_access",
    notes=(
        (
            "Set `audience` to the identifier of the API; otherwise the token is valid for `/userinfo`"
            " only. The API must allow offline access."
        ),
    ),
    codes={
        "access_denied": (
            "The refresh token is unknown or invalid, or the application may not request tokens for this API. Authorize"
            " it at the API, and check `audience`."
        ),
        "unauthorized_client": "The grant type is not enabled for the application. Enable it in its advanced settings.",
        "invalid_request": "A parameter is missing or wrong. Check `audience`: it is the identifier of the API.",
        "mfa_required": "The user must sign in with a second factor, which grantType Password cannot do.",
        "too_many_attempts": "The account is blocked after too many attempts with a wrong password.",
    },
)
