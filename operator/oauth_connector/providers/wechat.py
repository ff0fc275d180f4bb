"""WeChat: users of website apps."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.request_shape import Method, RequestShape
from oauth_connector.providers.preset import DAY, Preset, RefreshTokens

PRESET = Preset(
    name="WeChat",
    links=(
        "https://developers.weixin.qq.com/doc/oplatform/developers/dev/auth/web.md",
        "https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html",
        "https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsrefreshtoken",
        "https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_PC_APIs/getaccesstoken.md",
    ),
    read="2026-11-29",
    authorization_url="https://open.weixin.qq.com/connect/qrconnect",
    token_url="https://api.weixin.qq.com/sns/oauth2/access_token",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    pkce=False,
    authorization_names={"client_id": "appid"},
    request=RequestShape(
        method=Method.GET,
        parameter_names={"client_id": "appid", "client_secret": "secret", "redirect_uri": ""},
        refresh_url="https://api.weixin.qq.com/sns/oauth2/refresh_token",
        refresh_omits=frozenset({"client_secret"}),
    ),
    refresh_tokens=RefreshTokens(lifetime=30 * DAY),
    quirks=Quirks(
        result="/errcode",
        errors={
            "40001": "invalid_client",
            "40013": "invalid_client",
            "40029": "invalid_grant",
            "40030": "invalid_grant",
            "42002": "invalid_grant",
            "45009": "slow_down",
        },
    ),
    notes=(
        "`client.id` is the AppID of the app, and the client secret its AppSecret. Both are parameters of the URL.",
        "The scope for website apps is `snsapi_login`.",
        (
            "Access tokens expire after two hours, and a refresh token after 30 days: then a user must consent again."
            " A refresh before the expiry may return the same access token with a new lifetime."
        ),
        "The API reads the token as parameter `access_token` of the URL, with `openid` of the response beside it.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is wrong or has expired; or the code was used before, or belongs to another"
            " app."
        ),
        "invalid_client": "The AppID or the AppSecret is wrong. Check `client.id`, upper and lower case included.",
    },
)
