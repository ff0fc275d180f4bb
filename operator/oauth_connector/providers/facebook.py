"""Facebook: the Graph API of Meta."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Facebook",
    links=(
        "https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived",
    ),
    read=None,
    authorization_url="https://www.facebook.com/v25.0/dialog/oauth",
    token_url="https://graph.facebook.com/v25.0/oauth/access_token",
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    quirks=Quirks(errors={"oauthexception": "invalid_grant"}),
    notes=(
        (
            "Facebook has no refresh tokens: a user must consent again when the token expires, which is after"
            " about 60 days for a long-lived one."
        ),
        "With ClientCredentials the token is that of the app.",
    ),
    codes={
        "oauthexception": (
            "Facebook refuses the code, the token or the client. The code can be used once, and `client.id`,"
            " the secret and `status.redirectURI` must be those of the app."
        ),
    },
)
