"""Feishu, and Lark outside China."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {"feishu": "feishu.cn", "lark": "larksuite.com"}

PRESET = Preset(
    name="Feishu",
    links=(
        "https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token",
        "https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token",
    ),
    read="2026-11-29",
    authorization_url="https://accounts.${site}/open-apis/authen/v1/authorize",
    token_url="https://open.${site}/open-apis/authen/v2/oauth/token",
    parameters={
        "site": Parameter(match_one_of(*_HOSTS), "lark", "Feishu or Lark", default="feishu", hosts=_HOSTS),
    },
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
    request=RequestShape(body_format=BodyFormat.JSON),
    quirks=Quirks(result="/code"),
    notes=(
        (
            "Access tokens expire after about two hours. The app must have the permission `offline_access`,"
            " and refreshes must be enabled in its security settings."
        ),
        "A refresh token can be used once.",
    ),
    codes={
        "invalid_grant": (
            "The code is older than five minutes or was used before, or the refresh token has expired or was"
            " used before."
        ),
        "invalid_client": "The app does not exist, or its secret is wrong. Check `client.id`, and parameter `site`.",
    },
)
