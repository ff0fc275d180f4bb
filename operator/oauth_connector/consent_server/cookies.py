"""The four cookies. The state of a flow is stored only in the browser.

`__Host-oac-here` (Strict) proves that a POST comes from a page of this server. `__Host-oac-<part of sha256(state)>`
(Lax, one for each flow) contains the flow. `__Host-oac-push-<part of a hash of the consent>` (Strict) contains one
whose request is being pushed. `__Host-oac-done-<part of a hash of the consent>` (Lax) allows the last page to show the
result.

The cookies are not signed, and no key is needed. A cookie is valid because of the ticket in it, whose hash the consent
contains: a client that could forge a cookie has the ticket and could start a flow anyway. Another host cannot set the
cookies either: browsers accept the prefix `__Host-` only from this host, over TLS, for all paths and without a domain.
The other values (consent, UID, digest) are compared with the current consent, and `state` with the redirect.

Over plain HTTP (on loopback only) browsers reject the prefix and `Secure`, so the names have no prefix there.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from oauth_connector.consent_protocol.tickets import TICKET
from oauth_connector.consent_server.object_key import ObjectKey

MAX_FLOWS = 5
"""Flows of one browser at a time. Each adds half a kilobyte to the headers of every request."""

MAX_LENGTH = 2048
_FLOW = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class FlowCookie:
    """A flow: its consent, and the `state` that the redirect must contain."""

    name: ObjectKey
    uid: str
    digest: str
    state: SecretStr
    ticket: SecretStr


@dataclass(frozen=True, slots=True)
class OutcomeCookie:
    """The data of the last page: the consent, the ticket as proof, and the code to show."""

    uid: str
    ticket: SecretStr
    confirmation: str


class Cookies:
    """Reads and sets the cookies. `secure`: browsers use TLS."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._prefix = "__Host-oac-" if secure else "oac-"

    # --- names --------------------------------------------------------------------------------------------------
    @property
    def visit_name(self) -> str:
        """The name of the cookie that proves a visit to a page of this server."""
        return f"{self._prefix}here"

    def flow_name(self, state: str) -> str:
        """Return the name of the cookie of a flow."""
        return self._prefix + hashlib.sha256(state.encode()).hexdigest()[:16]

    def question_name(self, name: ObjectKey) -> str:
        """Return the name of the cookie of a flow whose request is being pushed."""
        return f"{self._prefix}push-{hashlib.sha256(str(name).encode()).hexdigest()[:16]}"

    def outcome_name(self, name: ObjectKey) -> str:
        """Return the name of the cookie of the last page."""
        return f"{self._prefix}done-{hashlib.sha256(str(name).encode()).hexdigest()[:16]}"

    # --- reading ------------------------------------------------------------------------------------------------
    @staticmethod
    def read(request: web.BaseRequest, name: str) -> str | None:
        """Return the value of a cookie that is sent exactly once. Another site may have set a second one."""
        values = [value for found, value in _cookie_pairs(request) if found == name]
        return values[0] if len(values) == 1 else None

    def surplus_flows(self, request: web.BaseRequest) -> list[str]:
        """Return the names of the oldest flows, to clear them before a new flow (order: RFC 6265 §5.4)."""
        flows = [name for name, _ in _cookie_pairs(request) if _FLOW.fullmatch(name.removeprefix(self._prefix))]
        return flows[: -(MAX_FLOWS - 1)]

    # --- writing ------------------------------------------------------------------------------------------------
    def set(self, response: web.StreamResponse, name: str, value: str, seconds: int, *, strict: bool = False) -> None:
        """Set a cookie that scripts cannot read, with a lifetime in seconds."""
        same_site = "Strict" if strict else "Lax"  # Lax: the browser sends it with the redirect of the provider
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite=same_site
        )

    def clear(self, response: web.StreamResponse, name: str) -> None:
        """Delete a cookie in the browser."""
        self.set(response, name, "", 0)


def encode_flow(flow: FlowCookie) -> str:
    """Return a flow as the value of a cookie."""
    secrets = (flow.state.get_secret_value(), flow.ticket.get_secret_value())
    return _encode([flow.name.namespace, flow.name.name, flow.uid, flow.digest, *secrets])


def decode_flow(text: str) -> FlowCookie | None:
    """Parse a flow; return nothing if the text is invalid."""
    match _decode(text, 6):
        case [namespace, name, uid, digest, state, ticket] if _has_tickets(state, ticket):
            key = ObjectKey.parse(namespace, name)
            return FlowCookie(key, uid, digest, SecretStr(state), SecretStr(ticket)) if key else None
    return None


def encode_outcome(outcome: OutcomeCookie) -> str:
    """Return an outcome as the value of a cookie."""
    return _encode([outcome.uid, outcome.ticket.get_secret_value(), outcome.confirmation])


def decode_outcome(text: str) -> OutcomeCookie | None:
    """Parse an outcome; return nothing if the text is invalid."""
    match _decode(text, 3):
        case [uid, ticket, confirmation] if _has_tickets(ticket):
            return OutcomeCookie(uid, SecretStr(ticket), confirmation)
    return None


def _cookie_pairs(request: web.BaseRequest) -> Iterable[tuple[str, str]]:
    for header in request.headers.getall("Cookie", ()):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            yield name, value


def _has_tickets(*texts: str) -> bool:
    return all(TICKET.fullmatch(text) for text in texts)


def _encode(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _decode(text: str, count: int) -> list[str]:
    """Return the parts; an empty list if the text is invalid."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[:MAX_LENGTH] + "=="))
    except (ValueError, binascii.Error, RecursionError):
        return []
    good = isinstance(parts, list) and len(parts) == count
    return parts if good and all(isinstance(p, str) and p.isascii() and len(p) <= 253 for p in parts) else []  # noqa: PLR2004  # a name
