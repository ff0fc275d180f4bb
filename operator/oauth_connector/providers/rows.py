"""The presets. Each row links to the provider's own pages; each quirk is imitated in a test."""

from collections.abc import Mapping

from oauth_connector.oauth.token import ClientAuthentication
from oauth_connector.providers.preset import Callback, Parameter, Preset, PresetName

_ZOHO_HOSTS: Mapping[str, str] = {
    "us": "accounts.zoho.com",
    "eu": "accounts.zoho.eu",
    "in": "accounts.zoho.in",
    "au": "accounts.zoho.com.au",
    "jp": "accounts.zoho.jp",
    "ca": "accounts.zohocloud.ca",
    "sa": "accounts.zoho.sa",
    "uk": "accounts.zoho.uk",
    "cn": "accounts.zoho.com.cn",
}

ZOHO = Preset(
    name=PresetName.ZOHO,
    links=("https://www.zoho.com/accounts/protocol/oauth.html",),
    authorization_url="https://${dataCenter}/oauth/v2/auth",
    token_url="https://${dataCenter}/oauth/v2/token",
    revocation_url="https://${dataCenter}/oauth/v2/token/revoke",
    parameters={
        "dataCenter": Parameter(
            "(" + "|".join(_ZOHO_HOSTS) + ")", "eu", "where the account lives", default="us", hosts=_ZOHO_HOSTS
        )
    },
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    authorization={"access_type": "offline", "prompt": "consent"},
    header_prefix="Zoho-oauthtoken",
    callback=Callback("accounts-server", frozenset(_ZOHO_HOSTS.values())),
)

PRESETS: Mapping[PresetName, Preset] = {preset.name: preset for preset in (ZOHO,)}
