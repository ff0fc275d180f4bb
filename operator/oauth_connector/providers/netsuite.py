"""Oracle NetSuite: an account."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import LABEL
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="NetSuite",
    links=(
        "https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_158074210415.html",
        "https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_158081944642.html",
        "https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_161071224088.html",
        "https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/subsect_161252460252.html",
    ),
    read="2026-11-29",
    authorization_url="https://${account}.app.netsuite.com/app/login/oauth2/authorize.nl",
    token_url="https://${account}.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token",
    revocation_url="https://${account}.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/revoke",
    parameters={
        "account": Parameter(
            LABEL, "1234567-sb1", "ID of the account in lower case, with a hyphen in place of the underscore"
        ),
    },
    client_authentication=ClientAuthentication.BASIC,
    refresh_tokens=RefreshTokens(lifetime=7 * DAY),
    notes=(
        (
            "Access tokens expire after an hour, and a refresh token a week after the consent, unless the"
            " integration record has another value."
        ),
        "ClientCredentials requires a certificate instead of a secret.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid or has expired: a refresh token expires a week after the consent."
        ),
        "invalid_client": (
            "The integration record does not exist in this account, or the secret is wrong. Check"
            " `client.id`, and parameter `account`."
        ),
    },
)
