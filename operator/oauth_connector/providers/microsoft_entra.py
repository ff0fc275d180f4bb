"""Microsoft Entra ID (formerly Azure Active Directory), in each of Microsoft's clouds."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import GUID, HOST, match_one_of
from oauth_connector.providers.preset import Parameter, Preset

_HOSTS: Mapping[str, str] = {
    "global": "login.microsoftonline.com",
    "us-government": "login.microsoftonline.us",
    "china": "login.partner.microsoftonline.cn",
}

PRESET = Preset(
    name="MicrosoftEntra",
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
            "directory: its ID or one of its domains; or `common`, `organizations` or `consumers`",
        ),
        "cloud": Parameter(match_one_of(*_HOSTS), "china", "Microsoft cloud", default="global", hosts=_HOSTS),
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
        "Refresh tokens expire after 90 days. Each refresh returns a new one, and the old one stays valid.",
        (
            "For ClientCredentials the scope is the resource followed by `/.default`, and `tenant` must"
            " be a single directory."
        ),
    ),
)
