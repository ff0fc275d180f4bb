"""Errors of the API server: a status, reasons and field paths, never its message.

Its messages quote values: for a Secret whose `data` is not base64, the message contains the whole object.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, INVALID = 400, 401, 403, 404, 409, 422
RETRYABLE = frozenset({0, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed soon; 0 stands for no response."""

TRANSIENT = RETRYABLE | {UNAUTHORIZED, 408}
"""Statuses that do not depend on the content of the request: it is sent again later."""

MOST_CAUSES = 8
_PATH = re.compile(r"[\w.\[\]/:-]{1,128}")
_WORD = re.compile(r"[A-Za-z]{1,64}")


class AccessError(Exception):
    """The API server or the identity is not configured; the message can be shown to a user."""


class IdentityLostError(Exception):
    """The API server has rejected the identity of the process for minutes; the log names the remedy."""


class SelectorError(AccessError):
    """The API server does not accept the setting `selector`."""


@dataclass(frozen=True, slots=True)
class StatusCause:
    """One cause of a rejection: a reason such as `FieldValueInvalid`, and the path of the field, or nothing."""

    reason: str
    field: str


class KubeError(Exception):
    """The API server rejected a request, or did not respond (`status` 0; `reason` is the kind of failure).

    `retry_after` is in seconds. `causes` are those of a 422 (which fields) or a 403 (`NamespaceTerminating`).
    """

    is_reported = False
    """Whether the log of the process has named the cause already, once for all requests."""

    def __init__(
        self, status: int, reason: str, retry_after: float | None = None, causes: tuple[StatusCause, ...] = ()
    ) -> None:
        fields = ", ".join(dict.fromkeys(cause.field or cause.reason for cause in causes))  # 1.30 repeats some
        super().__init__(f"{status} {reason}: {fields}" if fields else f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
        self.causes = causes

    @property
    def is_namespace_terminating(self) -> bool:
        """Whether the request was rejected because its namespace is terminating."""
        return any(cause.reason == "NamespaceTerminating" for cause in self.causes)


def build_error(http_status: int, status: Mapping[str, object], retry_after: str = "") -> KubeError:
    """Build the error of a `Status` object and its Retry-After header; parts that may contain a value are left out."""
    wait = float(retry_after) if retry_after.isdecimal() else None
    return KubeError(http_status, _word(status.get("reason")), wait, _causes(status.get("details")))


def _causes(details: object) -> tuple[StatusCause, ...]:
    listed = details.get("causes") if isinstance(details, Mapping) else None
    causes = listed[:MOST_CAUSES] if isinstance(listed, list) else []
    return tuple(StatusCause(_word(c.get("reason")), _path(c.get("field"))) for c in causes if isinstance(c, Mapping))


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "Unknown"


def _path(value: object) -> str:
    return value if isinstance(value, str) and _PATH.fullmatch(value) else ""
