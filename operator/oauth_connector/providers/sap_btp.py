"""SAP Business Technology Platform: the authorization server (XSUAA) of a subaccount."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import Parameter, Preset

PRESET = Preset(
    name="SAPBTP",
    links=(
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
            "Access tokens expire after twelve hours, and refresh tokens after seven days, unless the"
            " subaccount or the service instance has other values."
        ),
    ),
    codes={
        "invalid_client": (
            "The client ID or the client secret is wrong, or belongs to another subaccount. Check parameter `host`."
        ),
        "invalid_grant": "The code or the refresh token is invalid or has expired.",
    },
)
