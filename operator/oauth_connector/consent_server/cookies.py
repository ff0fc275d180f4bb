"""The three cookies: all that is remembered of a flow is in the browser itself.

`__Host-oac-here` (Strict) shows that a POST comes from a page of ours. `__Host-oac-<part of sha256(state)>` (Lax, one
for each flow) is the flow. `__Host-oac-done-<part of the consent's hash>` (Lax) lets the last page show how it ends.

None is signed, and no key is needed. What makes a cookie good is the ticket in it, whose hash the consent holds:
whoever could forge one has the ticket, and with it may begin a flow anyway. Nobody else can plant one either: browsers
take `__Host-` from this very host alone, over TLS, for every path and without a domain. What else a cookie says
(consent, UID, digest) is compared with the consent as it is now, and `state` with what the provider sent back.

On plain HTTP (loopback alone) browsers refuse the prefix and `Secure`: there the names go without.
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
"""Flows that one browser may have under way: each costs half a kilobyte in every header."""

MAX_LENGTH = 2048
_FLOW = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class FlowCookie:
    """One way to the provider and back: whose consent, and what must come back."""

    name: ObjectKey
    uid: str
    digest: str
    state: SecretStr
    ticket: SecretStr


@dataclass(frozen=True, slots=True)
class OutcomeCookie:
    """What the last page needs: which consent, proof of having been there, and the code to show."""

    uid: str
    ticket: SecretStr
    confirmation: str


class Cookies:
    """Reads and sets them; `secure` is whether browsers come over TLS."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._prefix = "__Host-oac-" if secure else "oac-"

    # --- names --------------------------------------------------------------------------------------------------
    @property
    def visit_name(self) -> str:
        """The name of what shows that a page of ours was there."""
        return f"{self._prefix}here"

    def flow_name(self, state: str) -> str:
        """Give the name of a flow's cookie."""
        return self._prefix + hashlib.sha256(state.encode()).hexdigest()[:16]

    def outcome_name(self, name: ObjectKey) -> str:
        """Give the name of the last page's cookie."""
        return f"{self._prefix}done-{hashlib.sha256(str(name).encode()).hexdigest()[:16]}"

    # --- reading ------------------------------------------------------------------------------------------------
    @staticmethod
    def read(request: web.BaseRequest, name: str) -> str | None:
        """Give the value of a cookie, if there is exactly one of that name: two would be somebody else's doing."""
        values = [value for found, value in _cookie_pairs(request) if found == name]
        return values[0] if len(values) == 1 else None

    def surplus_flows(self, request: web.BaseRequest) -> list[str]:
        """Name the flows to forget before a new one begins; browsers send the oldest first (RFC 6265 §5.4)."""
        flows = [name for name, _ in _cookie_pairs(request) if _FLOW.fullmatch(name.removeprefix(self._prefix))]
        return flows[: -(MAX_FLOWS - 1)]

    # --- writing ------------------------------------------------------------------------------------------------
    def set(self, response: web.StreamResponse, name: str, value: str, seconds: int, *, strict: bool = False) -> None:
        """Set a cookie that scripts cannot read, for so many seconds."""
        same_site = "Strict" if strict else "Lax"  # Lax: the provider's redirect brings it along
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite=same_site
        )

    def clear(self, response: web.StreamResponse, name: str) -> None:
        """Have the browser forget a cookie."""
        self.set(response, name, "", 0)


def encode_flow(flow: FlowCookie) -> str:
    """Give a flow as text for a cookie."""
    secrets = (flow.state.get_secret_value(), flow.ticket.get_secret_value())
    return _encode([flow.name.namespace, flow.name.name, flow.uid, flow.digest, *secrets])


def decode_flow(text: str) -> FlowCookie | None:
    """Read a flow; nothing where the text is none."""
    match _decode(text, 6):
        case [namespace, name, uid, digest, state, ticket] if _are_tickets(state, ticket):
            key = ObjectKey.parse(namespace, name)
            return FlowCookie(key, uid, digest, SecretStr(state), SecretStr(ticket)) if key else None
    return None


def encode_outcome(outcome: OutcomeCookie) -> str:
    """Give an outcome as text for a cookie."""
    return _encode([outcome.uid, outcome.ticket.get_secret_value(), outcome.confirmation])


def decode_outcome(text: str) -> OutcomeCookie | None:
    """Read an outcome; nothing where the text is none."""
    match _decode(text, 3):
        case [uid, ticket, confirmation] if _are_tickets(ticket):
            return OutcomeCookie(uid, SecretStr(ticket), confirmation)
    return None


def _cookie_pairs(request: web.BaseRequest) -> Iterable[tuple[str, str]]:
    for header in request.headers.getall("Cookie", ()):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            yield name, value


def _are_tickets(*texts: str) -> bool:
    return all(TICKET.fullmatch(text) for text in texts)


def _encode(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _decode(text: str, count: int) -> list[str]:
    """Give the parts, or nothing at all."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[:MAX_LENGTH] + "=="))
    except (ValueError, binascii.Error, RecursionError):
        return []
    good = isinstance(parts, list) and len(parts) == count
    return parts if good and all(isinstance(p, str) and len(p) <= 253 for p in parts) else []  # noqa: PLR2004  # a name
