"""Presets of applications that issue tokens for their own API. A row links to the provider's pages."""

from collections.abc import Mapping

from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.token import ClientAuthentication
from oauth_connector.providers.patterns import HOST, SALESFORCE_HOST, one_of
from oauth_connector.providers.preset import Parameter, Preset, PresetName, TokenHostParameter

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
    links=(
        "https://www.zoho.com/accounts/protocol/oauth.html",
        "https://www.zoho.com/accounts/protocol/oauth/multi-dc.html",
        "https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html",
        "https://www.zoho.com/crm/developer/docs/api/v8/token-validity.html",
    ),
    authorization_url="https://${dataCenter}/oauth/v2/auth",
    token_url="https://${dataCenter}/oauth/v2/token",
    revocation_url="https://${dataCenter}/oauth/v2/token/revoke",
    parameters={
        "dataCenter": Parameter(
            one_of(*_ZOHO_HOSTS), "eu", "where the client is registered", default="us", hosts=_ZOHO_HOSTS
        )
    },
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    authorization={"access_type": "offline", "prompt": "consent"},
    header_prefix="Zoho-oauthtoken",
    callback=TokenHostParameter("accounts-server", frozenset(_ZOHO_HOSTS.values())),
    quirks=Quirks(
        errors={
            "invalid_code": "invalid_grant",
            "invalid_client_secret": "invalid_client",
            "invalid_redirect_uri": "invalid_request",
            "general_error": "server_error",
        },
        milliseconds=True,
    ),
    notes=(
        (
            "A person's account lives in one data centre, which the redirect names in `accounts-server`; the code"
            " is sent there if it is one of the hosts above, and nowhere otherwise. For that, switch on multi-DC"
            " support for the client, with the same secret everywhere."
        ),
        (
            "Ten access tokens in ten minutes for one refresh token; then it answers `Access Denied` with status"
            " 200, and the operator waits ten minutes."
        ),
        "Twenty refresh tokens for one person and client; the twenty-first ends the first, and its access tokens.",
        "`api_domain` of the response says which host serves the API: publish it with `output.responseFields`.",
        (
            "A Self Client asks with ClientCredentials; products with several organisations want"
            " `tokenParameters: {soid: ZohoCRM.<organisation>}` then."
        ),
    ),
)

GOOGLE = Preset(
    name=PresetName.GOOGLE,
    links=(
        "https://developers.google.com/identity/protocols/oauth2/web-server",
        "https://developers.google.com/identity/protocols/oauth2#expiration",
    ),
    issuer="https://accounts.google.com",
    authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",
    revocation_url="https://oauth2.googleapis.com/revoke",
    client_authentication=ClientAuthentication.POST,
    authorization={"access_type": "offline", "prompt": "consent"},
    quirks=Quirks(errors={"deleted_client": "invalid_client", "disabled_client": "invalid_client"}),
    notes=(
        "While the consent screen is in publishing status Testing, refresh tokens die after seven days.",
        (
            "A refresh token also dies after six months without use, and, where Gmail scopes were granted, when"
            " the person changes the password."
        ),
        "Of one person and client a hundred refresh tokens live; the oldest goes without a word.",
    ),
)

GITHUB = Preset(
    name=PresetName.GITHUB,
    links=(
        "https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
        "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens",
        "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors",
    ),
    authorization_url="https://${server}/login/oauth/authorize",
    token_url="https://${server}/login/oauth/access_token",
    parameters={
        "server": Parameter(HOST, "github.example.com", "host of an Enterprise Server or tenant", default="github.com")
    },
    client_authentication=ClientAuthentication.POST,
    kills_old_token=True,
    quirks=Quirks(
        errors={
            "bad_verification_code": "invalid_grant",
            "bad_refresh_token": "invalid_grant",
            "incorrect_client_credentials": "invalid_client",
            "redirect_uri_mismatch": "invalid_request",
            "application_suspended": "unauthorized_client",
        }
    ),
    notes=(
        (
            "Tokens of a GitHub App live eight hours and come with a refresh token of six months, unless that is"
            " switched off for the app; those of an OAuth App have no expiry and no refresh token."
        ),
        "A refresh ends the old access token at once: let pods read the Secret again, and once more after a 401.",
    ),
)

SALESFORCE = Preset(
    name=PresetName.SALESFORCE,
    links=(
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm",
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm",
        "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm",
    ),
    authorization_url="https://${domain}/services/oauth2/authorize",
    token_url="https://${domain}/services/oauth2/token",
    revocation_url="https://${domain}/services/oauth2/revoke",
    parameters={
        "domain": Parameter(
            SALESFORCE_HOST,
            "acme.my.salesforce.com",
            "My Domain of the organisation, or `test.salesforce.com` for sandboxes",
            default="login.salesforce.com",
        )
    },
    client_authentication=ClientAuthentication.POST,
    offline_scope="refresh_token",
    default_lifetime=7200,
    quirks=Quirks(
        errors={
            "inactive_user": "invalid_grant",
            "invalid_client_id": "invalid_client",
            "invalid_client_credentials": "invalid_client",
            "redirect_uri_mismatch": "invalid_request",
            "rate_limit_exceeded": "slow_down",
        }
    ),
    notes=(
        (
            "The response tells no lifetime: it is the session time-out of the organisation, two hours unless an"
            " administrator chose another; then set `refresh.defaultLifetime`."
        ),
        "`instance_url` of the response says which host serves the API: publish it with `output.responseFields`.",
        "One person grants an app five times; the sixth ends the oldest grant.",
        "ClientCredentials work at the organisation's own domain only.",
    ),
)

SLACK = Preset(
    name=PresetName.SLACK,
    links=(
        "https://docs.slack.dev/authentication/installing-with-oauth",
        "https://docs.slack.dev/authentication/using-token-rotation",
        "https://docs.slack.dev/authentication/using-pkce",
        "https://docs.slack.dev/reference/methods/oauth.v2.access",
    ),
    authorization_url="https://slack.com/oauth/v2/authorize",
    token_url="https://slack.com/api/oauth.v2.access",
    scope_separator=",",
    pkce=False,
    quirks=Quirks(
        errors={
            "invalid_code": "invalid_grant",
            "code_already_used": "invalid_grant",
            "invalid_refresh_token": "invalid_grant",
            "token_revoked": "invalid_grant",
            "invalid_client_id": "invalid_client",
            "bad_client_secret": "invalid_client",
            "bad_redirect_uri": "invalid_request",
            "invalid_grant_type": "unsupported_grant_type",
            "ratelimited": "slow_down",
            "internal_error": "server_error",
            "fatal_error": "server_error",
            "request_timeout": "temporarily_unavailable",
            "service_unavailable": "temporarily_unavailable",
        },
        bearer_types=frozenset({"bot", "user"}),
        nested="authed_user",
    ),
    notes=(
        (
            "Scopes of a person go into `authorizationCode.parameters.user_scope`. Where both a bot's and a"
            " person's token come, the bot's is published."
        ),
        (
            "Tokens live for ever unless token rotation is switched on for the app; then twelve hours, with a"
            " refresh token that is used once."
        ),
        (
            "PKCE only works where it was switched on for the app, which makes it a public client for good: then"
            " set `authorizationCode.pkce: S256`."
        ),
    ),
)
