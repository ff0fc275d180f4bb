"""What a faulty proxy remembers of a request: enough to tell hammering from patience, and no secret."""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.support.http_messages import Request

CREDENTIALS = ("client_id", "client_secret", "username", "password")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: `time` in seconds of a monotonic clock, the names of its form's parameters, its grant.

    `credentials` is a digest: equal in two requests exactly when client and user credentials are.
    """

    time: float
    method: str
    path: str
    parameters: tuple[str, ...]
    grant_type: str | None
    credentials: str


def seen(request: Request, time: float) -> Seen:
    """Note a request."""
    form = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
    path = request.target.partition("?")[0]
    grant_type = form.get("grant_type", [None])[0]
    return Seen(time, request.method, path, tuple(sorted(form)), grant_type, _digest(request, form))


def _digest(request: Request, form: dict[str, list[str]]) -> str:
    shown = [request.headers.get("authorization", ""), *(form.get(name, [""])[0] for name in CREDENTIALS)]
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:16]
