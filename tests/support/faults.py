"""Faults between a client and an authorization server, as values for the faulty proxy.

Some apply before the request reaches the server (`Respond`, `ResetBefore`, `Endless`: the server receives nothing),
others after its response (`ResetAfter`, `Truncate`, `Drip`, `Replace`: the server issued a token).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Pass:
    """Forward the request and the response."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Respond in place of the server."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Endless:
    """Respond in place of the server with a body that never ends: `piece` repeatedly, until the client closes."""

    piece: bytes = b" " * 65536


@dataclass(frozen=True, slots=True)
class ResetBefore:
    """Break the connection after the request is read; the server receives nothing."""


@dataclass(frozen=True, slots=True)
class ResetAfter:
    """Forward the request, and break the connection instead of a response: a token was issued, and lost."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Forward the request; respond with another body, and other headers if given, with the server's status."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truncate:
    """Forward the request; announce the whole response, send its first bytes, and close."""

    keep: int


@dataclass(frozen=True, slots=True)
class Drip:
    """Forward the request; send the response in pieces of `size` bytes, one every `every` seconds."""

    size: int = 1
    every: float = 0.05


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait this number of seconds after the request is read, then apply the next fault."""

    seconds: float
    then: "Fault" = field(default_factory=Pass)


Fault = Pass | Respond | Endless | ResetBefore | ResetAfter | Replace | Truncate | Drip | Delay


def oauth_error(code: str, status: int = 400) -> Respond:
    """Return an error of RFC 6749 §5.2."""
    return Respond(status, JSON, json.dumps({"error": code}).encode())


def token(status: int = 200, **members: object) -> Respond:
    """Return a token response that no server issued, with these members added to or replacing the usual ones."""
    usual = {"access_token": "not-issued-by-any-server", "token_type": "Bearer", "expires_in": 60}
    return Respond(status, JSON, json.dumps(usual | members).encode())


def html(status: int = 200) -> Respond:
    """Return the page of a login form or a captive portal."""
    return Respond(status, {"content-type": "text/html; charset=utf-8"}, b"<!doctype html><title>Please log in</title>")


def redirect(location: str, status: int = 307) -> Respond:
    """Redirect the client; with 307 and 308 it would repeat the request with its credentials."""
    return Respond(status, {"location": location})


def rate_limited(retry_after: str | None = None) -> Respond:
    """Return status 429, with a Retry-After of seconds or an HTTP date if given."""
    return Respond(429, _retry_after(retry_after))


def unavailable(retry_after: str | None = None) -> Respond:
    """Return status 503, with a Retry-After of seconds or an HTTP date if given."""
    return Respond(503, _retry_after(retry_after))


def in_charset(charset: str) -> Respond:
    """Return a token response in an encoding that is invalid for JSON (RFC 8259 §8.1), labelled accordingly."""
    body = json.dumps({"access_token": "not-issued-by-any-server", "token_type": "Bearer"}).encode(charset)
    return Respond(200, {"content-type": f"application/json; charset={charset}"}, body)


def _retry_after(value: str | None) -> Mapping[str, str]:
    return {} if value is None else {"retry-after": value}
