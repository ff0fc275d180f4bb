"""Salesforce."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import LABEL
from oauth_connector.providers.preset import Parameter, Preset

_HOST = rf"({LABEL}\.)+salesforce\.(com|mil)"

PRESET = Preset(
    name="Salesforce",
    links=(
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm",
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm",
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm",
    ),
    read="2026-11-29",
    authorization_url="https://${domain}/services/oauth2/authorize",
    token_url="https://${domain}/services/oauth2/token",
    revocation_url="https://${domain}/services/oauth2/revoke",
    parameters={
        "domain": Parameter(
            _HOST,
            "acme.my.salesforce.com",
            "My Domain of the organization, or `test.salesforce.com` for sandboxes",
            default="login.salesforce.com",
        )
    },
    client_authentication=ClientAuthentication.POST,
    offline_scope="refresh_token",
    default_lifetime=7200,
    quirks=Quirks(
        errors={
            "inactive_user": "invalid_grant",
            "invalid_client_id": "invalid_client",
            "invalid_client_credentials": "invalid_client",
            "redirect_uri_mismatch": "invalid_request",
            "rate_limit_exceeded": "slow_down",
        }
    ),
    notes=(
        (
            "The response contains no lifetime: it is the session timeout of the organization, two hours"
            " by default. If an administrator changed it, set `refresh.defaultLifetime`, or `provider.introspectionURL`"
            " to `https://<domain>/services/oauth2/introspect`."
        ),
        (
            "The member `instance_url` of the response contains the host of the API: publish it with"
            " `output.responseFields`."
        ),
        "A user can authorize an app five times; the sixth authorization revokes the oldest grant.",
        "ClientCredentials is available at the My Domain of the organization only.",
    ),
    codes={
        "inactive_user": "The user is inactive. An administrator can activate the user.",
        "inactive_org": "The organization is locked, closed or suspended.",
        "invalid_app_access": "The user is not approved for the app. An administrator must approve the user.",
        "ip_restricted": "The IP address of the operator is outside the login range of the user or of the app.",
        "invalid_client_id": "The consumer key is wrong. Check `client.id`, and parameter `domain`.",
        "invalid_client": "The consumer secret is wrong.",
        "invalid_client_credentials": "The consumer secret is wrong.",
        "redirect_uri_mismatch": (
            "The redirect URI is not registered. Compare `status.redirectURI` with the callback URL of the app."
        ),
        "rate_limit_exceeded": "The user or the app signs in too often.",
        "unsupported_grant_type": (
            "The flow is not enabled for the app, or not available at this host. ClientCredentials needs the My Domain."
        ),
    },
)
