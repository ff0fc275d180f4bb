"""A server that repeats a secret as its error code: the code is judged, and not shown."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.oauth.client_auth.basic import BasicClient, BasicEncoding
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.echoes import drop_echoed_scopes, drop_echoes
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequest, TokenRequestParameters, build_token_request

CONTEXT = RequestContext(0.0, token_endpoint="https://login.example.com/token")
CLIENT = PostClient("invalid_client", SecretStr("other-secret"))


def build(grant: Grant, client: Client = CLIENT) -> TokenRequest:
    """Return a token request."""
    return build_token_request(CONTEXT, grant, client, TokenRequestParameters(scopes=("quota_exceeded",)))


def basic(secret: str, encoding: BasicEncoding = BasicEncoding.FORM) -> TokenRequest:
    """Return a request with HTTP Basic."""
    return build(ClientCredentials(), BasicClient("robot", SecretStr(secret), encoding))


def post(secret: str) -> TokenRequest:
    """Return a request with the client secret in the form."""
    return build(ClientCredentials(), PostClient("robot", SecretStr(secret)))


def password(text: str) -> TokenRequest:
    """Return a request with a password."""
    return build(Password(SecretStr("ann"), SecretStr(text)))


ECHOES: dict[str, tuple[TokenRequest, str | None, str | None]] = {
    "the client secret, in the form": (post("Invalid_Auth"), "invalid_auth", None),
    "the client secret, with HTTP Basic": (basic("Invalid_Auth"), "invalid_auth", None),
    "the client secret, without encoding": (basic("invalid_auth", BasicEncoding.RAW), "invalid_auth", None),
    "a part of a client secret": (basic("x invalid_auth/1"), "invalid_auth", None),
    "a password": (password("rate_limit"), "rate_limit", None),
    "a word that contains a password": (password("rate"), "rate_limit", None),
    "a refresh token": (build(RefreshToken(SecretStr("internal_error"))), "internal_error", None),
    "a code": (build(AuthorizationCode(SecretStr("invalid_code"), "https://a", None)), "invalid_code", None),
    "the digits of a password": (password("1234567"), None, "AADSTS1234567"),
    "a part of a password": (password("my-AADSTS50126-pw"), None, "AADSTS50126"),
}

SHOWN: dict[str, tuple[TokenRequest, str | None, str | None]] = {
    "another word": (password("s3cret"), "invalid_grant", "AADSTS50126"),
    "the client identifier, which is no secret": (password("s3cret"), "invalid_client", None),
    "a scope, which is no secret": (password("s3cret"), "quota_exceeded", None),
    "a word that contains a very short password": (password("a"), "invalid_grant", "AADSTS50126"),
    "no code": (password("s3cret"), None, None),
}


@pytest.mark.parametrize("sentence", ECHOES)
def test_a_code_that_repeats_a_secret_is_not_shown(sentence: str) -> None:
    """It may be a password that happens to be such a word: status is readable for more users than the Secret."""
    request, error, code = ECHOES[sentence]
    shown = drop_echoes(Signal(Symptom.OAUTH_ERROR, 400, error, code, retry_after=7.0), request)
    expected = "other" if error is not None else None
    assert shown == Signal(Symptom.OAUTH_ERROR, 400, expected, None, retry_after=7.0)


@pytest.mark.parametrize("sentence", SHOWN)
def test_every_other_code_is_shown(sentence: str) -> None:
    """Codes are what a user searches for."""
    request, error, code = SHOWN[sentence]
    signal = Signal(Symptom.OAUTH_ERROR, 400, error, code)
    assert drop_echoes(signal, request) == signal


@pytest.mark.parametrize("request_of", [password, post, basic])
def test_a_scope_that_repeats_a_secret_is_not_shown(request_of: Callable[[str], TokenRequest]) -> None:
    """Status shows the granted scopes to more users than may read the Secret; the others stay."""
    secret = "hunter2-hunter2-hunter2"
    scopes = ("read", secret, f"x{secret}", secret[:16], "write")
    token = Token(SecretStr("at-1"), "Bearer", None, scopes)
    assert drop_echoed_scopes(token, request_of(secret)).scope == ("read", "write")
    assert drop_echoed_scopes(replace(token, scope=(secret,)), request_of(secret)).scope is None


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text("AaDdSsTt0123456789_", max_size=40))
def test_no_secret_is_in_what_is_shown(secret: str, code: str) -> None:
    """Whatever the secret is, and however it is sent, no code with it is left."""
    for request in (password(secret), post(secret), basic(secret), basic(secret, BasicEncoding.RAW)):
        shown = drop_echoes(Signal(Symptom.OAUTH_ERROR, 400, code or None, code or None), request)
        left = (shown.provider_code or "").lower()
        assert len(secret) < 4 or secret.lower() not in left
        assert left == "" or left not in secret.lower()
