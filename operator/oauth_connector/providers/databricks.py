"""Databricks: a workspace."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="Databricks",
    links=(
        "https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m",
        "https://docs.databricks.com/aws/en/dev-tools/auth/oauth-u2m",
        "https://docs.databricks.com/aws/en/integrations/single-use-tokens",
    ),
    read="2026-11-29",
    authorization_url="https://${workspace}/oidc/v1/authorize",
    token_url="https://${workspace}/oidc/v1/token",
    parameters={
        "workspace": Parameter(HOST, "dbc-a1b2345c-d6e7.cloud.databricks.com", "host of the workspace"),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="offline_access",
    notes=(
        "Access tokens expire after an hour.",
        "Whether a refresh token can be used once only, and for how long, is a setting of the app connection.",
        "Set `scopes: [all-apis]`; a service principal uses ClientCredentials with its OAuth secret.",
        (
            "For APIs of the account set `tokenURL:"
            " https://accounts.cloud.databricks.com/oidc/accounts/ACCOUNT/v1/token`."
        ),
    ),
    codes={
        "invalid_client": (
            "The service principal is unknown in this workspace, or the secret is wrong or has expired. Check"
            " `client.id`, and parameter `workspace`."
        ),
        "invalid_scope": "The scope is unknown. Set `scopes: [all-apis]`.",
    },
)
