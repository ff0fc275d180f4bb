"""Intercom."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset

_HOSTS: Mapping[str, str] = {"us": "api.intercom.io", "eu": "api.eu.intercom.io", "au": "api.au.intercom.io"}

PRESET = Preset(
    name="Intercom",
    links=("https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth",),
    read="2026-11-29",
    authorization_url="https://app.intercom.com/oauth",
    token_url="https://${region}/auth/eagle/token",
    parameters={
        "region": Parameter(match_one_of(*_HOSTS), "eu", "region of the workspace", default="us", hosts=_HOSTS),
    },
    client_authentication=ClientAuthentication.POST,
    notes=(
        "A token does not expire, and there is no refresh token.",
        "The permissions are those of the app; leave `scopes` out.",
    ),
    codes={
        "invalid_grant": "The code is wrong, has expired, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
