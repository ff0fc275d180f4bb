"""What can go wrong between a client and an authorization server, as values for the faulty proxy.

A fault is either carried out before the request reaches the server (`Respond`, `ResetBefore`, `Endless`: the server
never hears of it) or after the server has answered (`ResetAfter`, `Truncate`, `Drip`, `Replace`: a token was issued).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Pass:
    """Hand the request on, and the answer back."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer in the server's place."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Endless:
    """Answer in the server's place with a body that never ends: `piece` over and over, until the client has enough."""

    piece: bytes = b" " * 65536


@dataclass(frozen=True, slots=True)
class ResetBefore:
    """Break the connection when the request is read; the server never sees it."""


@dataclass(frozen=True, slots=True)
class ResetAfter:
    """Hand the request on, and break the connection in place of the answer: a token was issued, and nobody got it."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Hand the request on; then give another body, and other headers where told, with the server's status."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truncate:
    """Hand the request on; then announce the whole answer, give its first bytes, and close."""

    keep: int


@dataclass(frozen=True, slots=True)
class Drip:
    """Hand the request on; then give the answer in pieces of `size` bytes, one every `every` seconds."""

    size: int = 1
    every: float = 0.05


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait this many seconds when the request is read, then do the next thing."""

    seconds: float
    then: "Fault" = field(default_factory=Pass)


Fault = Pass | Respond | Endless | ResetBefore | ResetAfter | Replace | Truncate | Drip | Delay


def oauth_error(code: str, status: int = 400) -> Respond:
    """Give an error of RFC 6749 §5.2."""
    return Respond(status, JSON, json.dumps({"error": code}).encode())


def token(status: int = 200, **members: object) -> Respond:
    """Give a token response that no server issued, with these members beside or in place of the usual ones."""
    usual = {"access_token": "not-issued-by-any-server", "token_type": "Bearer", "expires_in": 60}
    return Respond(status, JSON, json.dumps(usual | members).encode())


def html(status: int = 200) -> Respond:
    """Give the page of a login form or a captive portal."""
    return Respond(status, {"content-type": "text/html; charset=utf-8"}, b"<!doctype html><title>Please log in</title>")


def redirect(location: str, status: int = 307) -> Respond:
    """Send the client elsewhere; 307 and 308 would have it repeat the request with its credentials."""
    return Respond(status, {"location": location})


def rate_limited(retry_after: str | None = None) -> Respond:
    """Give 429, with a Retry-After of seconds or an HTTP date where told."""
    return Respond(429, _retry_after(retry_after))


def unavailable(retry_after: str | None = None) -> Respond:
    """Give 503, with a Retry-After of seconds or an HTTP date where told."""
    return Respond(503, _retry_after(retry_after))


def in_charset(charset: str) -> Respond:
    """Give a token response encoded as JSON must not be (RFC 8259 §8.1), and labelled so."""
    body = json.dumps({"access_token": "not-issued-by-any-server", "token_type": "Bearer"}).encode(charset)
    return Respond(200, {"content-type": f"application/json; charset={charset}"}, body)


def _retry_after(value: str | None) -> Mapping[str, str]:
    return {} if value is None else {"retry-after": value}
