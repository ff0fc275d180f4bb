"""The record of a request at a faulty proxy, without secrets."""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.support.http_messages import Request

CREDENTIALS = ("client_id", "client_secret", "username", "password")


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request: `time` in seconds of a monotonic clock, the names of its form parameters, its grant.

    `credentials` is a digest; it is equal in two requests if client and user credentials are equal.
    """

    time: float
    method: str
    path: str
    parameters: tuple[str, ...]
    grant_type: str | None
    credentials: str


def record_request(request: Request, time: float) -> RecordedRequest:
    """Record a request."""
    form = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
    path = request.target.partition("?")[0]
    grant_type = form.get("grant_type", [None])[0]
    return RecordedRequest(time, request.method, path, tuple(sorted(form)), grant_type, _digest(request, form))


def _digest(request: Request, form: dict[str, list[str]]) -> str:
    shown = [request.headers.get("authorization", ""), *(form.get(name, [""])[0] for name in CREDENTIALS)]
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:16]
