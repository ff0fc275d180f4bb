"""DocuSign eSignature and its other APIs."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"production": "account.docusign.com", "demo": "account-d.docusign.com"}

PRESET = Preset(
    name="DocuSign",
    links=(
        "https://developers.docusign.com/platform/auth/confidential-authcode-get-token/",
        "https://www.docusign.com/blog/developers/authorization-code-grant-refresh-tokens",
    ),
    read="2026-11-29",
    authorization_url="https://${environment}/oauth/auth",
    token_url="https://${environment}/oauth/token",
    parameters={
        "environment": Parameter(
            match_one_of(*_HOSTS), "demo", "environment of the account", default="production", hosts=_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.BASIC,
    offline_scope="extended",
    refresh_tokens=RefreshTokens(rotates=True, idle_lifetime=30 * DAY),
    notes=(
        "Access tokens expire after eight hours.",
        (
            "Refresh tokens expire after 30 days. The scope `extended`, which the preset adds, lets each"
            " refresh return one for another 30 days."
        ),
        "The host of the API is that of the account: `https://account.docusign.com/oauth/userinfo` names it.",
    ),
    codes={
        "invalid_grant": (
            "The code is older than two minutes, or the refresh token was idle for 30 days or is of another"
            " environment. Check parameter `environment`."
        ),
        "consent_required": "The user has not consented to the scopes.",
    },
)
