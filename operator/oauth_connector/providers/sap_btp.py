"""SAP Business Technology Platform: the authorization server (XSUAA) of a subaccount."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="SAPBTP",
    links=(
        "https://github.com/SAP-docs/btp-cloud-platform/blob/main/docs/30-development/Application_Security_Descriptor_Configuration_Syntax_517895a.md",
        "https://help.sap.com/docs/btp/sap-business-technology-platform/what-is-sap-authorization-and-trust-management-service",
        "https://docs.cloudfoundry.org/api/uaa/",
    ),
    read="2026-11-29",
    authorization_url="https://${host}/oauth/authorize",
    token_url="https://${host}/oauth/token",
    parameters={
        "host": Parameter(HOST, "acme.authentication.eu10.hana.ondemand.com", "host of `url` in the service key"),
    },
    client_authentication=ClientAuthentication.BASIC,
    notes=(
        "Client ID and secret are `clientid` and `clientsecret` of the service key; the host is that of `url`.",
        (
            "Access tokens expire after twelve hours, unless the subaccount or the service instance has another"
            " `token-validity`; the lifetime of refresh tokens is its `refresh-token-validity`."
        ),
    ),
    codes={
        "invalid_client": (
            "The client ID or the client secret is wrong, or belongs to another subaccount. Check parameter `host`."
        ),
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
    },
)
