"""ServiceNow."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import HOST
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="ServiceNow",
    links=(
        "https://www.servicenow.com/docs/r/platform-security/authentication/t_ManageTokens.html",
        "https://www.servicenow.com/docs/r/platform-security/authentication/r_OAuthAPIRequestParameters.html",
        "https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0964444",
        "https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0791140",
    ),
    read="2026-11-29",
    authorization_url="https://${instance}/oauth_auth.do",
    token_url="https://${instance}/oauth_token.do",
    parameters={
        "instance": Parameter(HOST, "acme.service-now.com", "host of the instance"),
    },
    client_authentication=ClientAuthentication.POST,
    refresh_tokens=RefreshTokens(rotates=False, lifetime=100 * DAY),
    notes=(
        (
            "By default access tokens expire after 30 minutes, and refresh tokens 100 days after the consent;"
            " the Application Registry of the instance can set other values."
        ),
        "With Password a request within the lifetime returns the same access token.",
    ),
    codes={
        "access_denied": "User name or password is wrong, the user is locked out, or the refresh token has expired.",
        "invalid_client": "The instance does not know the client, or the secret is wrong. Check parameter `instance`.",
    },
)
