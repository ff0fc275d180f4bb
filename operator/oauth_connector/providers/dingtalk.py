"""DingTalk."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Places, Quirks
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="DingTalk",
    links=(
        "https://help.dingtalk.io/open/development/obtain-user-token",
        "https://open.dingtalk.com/document/orgapp/obtain-user-token",
        "https://open.dingtalk.com/document/orgapp/obtain-identity-credentials",
    ),
    read=None,
    authorization_url="https://login.dingtalk.com/oauth2/auth",
    token_url="https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
    client_authentication=ClientAuthentication.POST,
    pkce=False,
    authorization={"prompt": "consent"},
    authorization_names={"code": "authCode"},
    request=RequestShape(
        body_format=BodyFormat.JSON,
        parameter_names={
            "client_id": "clientId",
            "client_secret": "clientSecret",
            "grant_type": "grantType",
            "refresh_token": "refreshToken",
            "redirect_uri": "",
        },
    ),
    quirks=Quirks(
        places=Places(access_token="/accessToken", refresh_token="/refreshToken", expires_in="/expireIn"),
        error_places=("/code",),
        errors={"invalidclientidorsecret": "invalid_client"},
    ),
    notes=(
        "`client.id` is the AppKey of the app, and the client secret its AppSecret.",
        "The scope is `openid`, or `openid corpid` for a token of one organization.",
        (
            "The API reads the token in the header `x-acs-dingtalk-access-token`, without a prefix: use the key"
            " `access_token` of the Secret."
        ),
    ),
    codes={
        "invalid_client": "The AppKey or the AppSecret is wrong.",
    },
)
