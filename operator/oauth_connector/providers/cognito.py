"""Amazon Cognito: a user pool."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="Cognito",
    links=(
        "https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html",
    ),
    read="2026-11-29",
    authorization_url="https://${domain}/oauth2/authorize",
    token_url="https://${domain}/oauth2/token",
    revocation_url="https://${domain}/oauth2/revoke",
    parameters={
        "domain": Parameter(
            HOST, "acme.auth.eu-central-1.amazoncognito.com", "domain of the user pool, or its custom domain"
        ),
    },
    client_authentication=ClientAuthentication.BASIC,
    notes=(
        (
            "Access tokens expire after an hour, and refresh tokens after 30 days, unless the app client has"
            " other values."
        ),
        "A refresh returns another refresh token only if rotation is enabled for the app client.",
    ),
    codes={
        "invalid_grant": "The code was used before or has expired, or the refresh token has expired or was revoked.",
        "invalid_client": (
            "The user pool does not know the app client, or the secret is wrong. Check `client.id`, and"
            " parameter `domain`."
        ),
        "unauthorized_client": "The grant type is not enabled for the app client.",
        "invalid_scope": "The app client may not request one of the scopes. Check `scopes`.",
    },
)
