"""Reddit."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.request_shape import RequestShape
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Reddit",
    links=(
        "https://github.com/reddit-archive/reddit/wiki/OAuth2",
        "https://github.com/reddit-archive/reddit/blob/master/r2/r2/controllers/oauth2.py",
        "https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki",
    ),
    read="2026-11-29",
    authorization_url="https://www.reddit.com/api/v1/authorize",
    token_url="https://www.reddit.com/api/v1/access_token",
    revocation_url="https://www.reddit.com/api/v1/revoke_token",
    client_authentication=ClientAuthentication.BASIC,
    authorization={"duration": "permanent"},
    refresh_tokens=RefreshTokens(rotates=False),
    quirks=Quirks(errors={"invalid_request": "invalid_grant"}),
    request=RequestShape(headers={"User-Agent": "linux:dev.oauthconnector.operator:v1"}),
    notes=(
        "A refresh token is valid until the user revokes the app.",
        "Reddit limits the rate of requests with a common User-Agent; the preset sends one of its own.",
        "A script app uses grantType Password.",
    ),
    codes={
        "invalid_grant": (
            "The code was used before or has expired; with Password, the password is wrong, or the user is not"
            " a developer of the app."
        ),
        "invalid_request": "The refresh token was revoked, or is of another app.",
        "unsupported_grant_type": "Reddit does not know the grant type, or the app is of another type.",
        "unauthorized_client": "The app may not use this grant type.",
    },
)
