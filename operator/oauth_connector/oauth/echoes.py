"""Codes and scopes of a response that repeat a secret of its request: they are not shown, whatever they would mean."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote_plus

from oauth_connector.oauth.error_codes import OTHER
from oauth_connector.oauth.response_secrets import is_revealing
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequest

SHORTEST = 4
"""Characters of a secret that is searched in a code. A shorter one is found in most words by chance."""


def drop_echoes(signal: Signal, request: TokenRequest) -> Signal:
    """Return a signal without codes that equal a secret of the request, are a part of one, or contain one.

    A code of the standard becomes `other`. The set of codes is closed, so that this is for a password that is such a
    word, or the number in a code.
    """
    secrets = [secret.lower() for secret in _list_secrets(request) if secret]
    error = OTHER if _is_echo(signal.oauth_error, secrets) else signal.oauth_error
    code = None if _is_echo(signal.provider_code, secrets) else signal.provider_code
    return replace(signal, oauth_error=error, provider_code=code)


def drop_echoed_scopes(token: Token, request: TokenRequest) -> Token:
    """Return a token without scopes that repeat a secret of its request: status shows the granted scopes."""
    if token.scope is None:
        return token
    secrets = [secret for secret in _list_secrets(request) if secret]
    return replace(token, scope=tuple(scope for scope in token.scope if not is_revealing(scope, secrets)) or None)


def _is_echo(code: str | None, secrets: list[str]) -> bool:
    word = (code or "").lower()
    return bool(word) and any(word in secret or (len(secret) >= SHORTEST and secret in word) for secret in secrets)


def _list_secrets(request: TokenRequest) -> Iterator[str]:
    """List what was sent as parameters, and with HTTP Basic, as it was encoded and not (RFC 6749 §2.3.1)."""
    yield from request.secrets
    for name, value in request.headers:
        if name.lower() != "authorization":
            continue
        try:
            secret = b64decode(value.partition(" ")[2]).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            continue
        yield from (secret, unquote_plus(secret))
