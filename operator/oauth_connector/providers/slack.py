"""Slack."""

from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Slack",
    links=(
        "https://docs.slack.dev/authentication/installing-with-oauth",
        "https://docs.slack.dev/authentication/using-token-rotation",
        "https://docs.slack.dev/authentication/using-pkce",
        "https://docs.slack.dev/reference/methods/oauth.v2.access",
    ),
    read="2026-11-29",
    authorization_url="https://slack.com/oauth/v2/authorize",
    token_url="https://slack.com/api/oauth.v2.access",
    scope_separator=",",
    pkce=False,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True),
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
            "Set user scopes in `authorizationCode.parameters.user_scope`. If the response contains a bot"
            " token and a user token, the bot token is published."
        ),
        (
            "Tokens do not expire unless token rotation is enabled for the app. With rotation they expire"
            " after twelve hours, and a refresh token can be used once."
        ),
        (
            "PKCE works only if it is enabled for the app, which permanently makes the app a public"
            " client. Then set `authorizationCode.pkce: S256`."
        ),
    ),
    codes={
        "invalid_code": "The code is wrong, or has expired.",
        "code_already_used": "The code was used before.",
        "invalid_refresh_token": "The refresh token is wrong, or was used before.",
        "token_revoked": "The token was revoked.",
        "invalid_client_id": "Slack does not know the client ID.",
        "bad_client_secret": "The client secret is wrong.",
        "bad_redirect_uri": "The redirect URI is not registered. Compare `status.redirectURI` with those of the app.",
        "invalid_grant_type": "Token rotation is not enabled for the app.",
    },
)
