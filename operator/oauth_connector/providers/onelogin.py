"""OneLogin: an account."""

from oauth_connector.providers.patterns import LABEL
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="OneLogin",
    links=(
        "https://developers.onelogin.com/openid-connect/api/authorization-code",
        "https://developers.onelogin.com/openid-connect/api/authorization-code-grant",
        "https://developers.onelogin.com/openid-connect/api/refresh-session",
    ),
    read="2026-11-29",
    issuer="https://${subdomain}.onelogin.com/oidc/2",
    authorization_url="https://${subdomain}.onelogin.com/oidc/2/auth",
    token_url="https://${subdomain}.onelogin.com/oidc/2/token",
    revocation_url="https://${subdomain}.onelogin.com/oidc/2/token/revocation",
    parameters={
        "subdomain": Parameter(LABEL, "acme", "subdomain of the account"),
    },
    notes=(
        (
            "The lifetimes of access tokens and refresh tokens are settings of the application, and so is the"
            " authentication method of its token endpoint."
        ),
    ),
    codes={
        "invalid_grant": "The code or the refresh token is invalid, has expired or was revoked.",
        "invalid_client": (
            "The account does not know the client, or the secret or the authentication method is wrong. Check"
            " parameter `subdomain`."
        ),
    },
)
