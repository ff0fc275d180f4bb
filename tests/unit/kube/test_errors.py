"""Errors of the API server, without parts that may contain a value."""

import pytest

from oauth_connector.kube.errors import KubeError, StatusCause, build_error

SECRET = "s3cret-of-a-user"
QUOTING = {
    "kind": "Status",
    "message": f'Secret "a" is invalid: patch: Invalid value: "{{data: {SECRET}}}"',
    "reason": "Invalid",
    "details": {
        "name": "a",
        "causes": [{"reason": "FieldValueInvalid", "message": f'Invalid value: "{SECRET}"', "field": "data[token]"}],
    },
}

ODD_STATUSES = {
    "nothing at all": {},
    "a reason that is a sentence": {"reason": f"no: {SECRET}"},
    "details that are text": {"reason": 5, "details": SECRET},
    "causes that are text": {"details": {"causes": SECRET}},
    "a cause that is text": {"details": {"causes": [SECRET]}},
    "fields that are no paths": {"details": {"causes": [{"field": f"{SECRET} and more", "reason": f"{SECRET}!"}]}},
    "a path without end": {"details": {"causes": [{"field": SECRET * 100}]}},
}


def test_an_error_contains_reasons_and_field_paths() -> None:
    """A 422 contains which fields are invalid, and why."""
    error = build_error(422, QUOTING)
    assert (error.status, error.reason, error.retry_after) == (422, "Invalid", None)
    assert error.causes == (StatusCause("FieldValueInvalid", "data[token]"),)
    assert str(error) == "422 Invalid: data[token]"


def test_an_error_contains_no_value() -> None:
    """The message of the API server quotes values, and is not used."""
    error = build_error(422, QUOTING)
    assert SECRET not in f"{error!r} {error} {vars(error)}"


@pytest.mark.parametrize("status", ODD_STATUSES.values(), ids=ODD_STATUSES.keys())
def test_an_unexpected_body_is_read_as_far_as_possible(status: dict[str, object]) -> None:
    """Whatever a body contains, the error contains only words and paths."""
    error = build_error(500, status)
    assert error.reason == "Unknown"
    assert SECRET not in f"{error!r} {vars(error)}"


def test_causes_are_bounded() -> None:
    """An error with a thousand causes is a short line in a log."""
    causes = [{"reason": "FieldValueInvalid", "field": f"data[k{n}]"} for n in range(1000)]
    assert len(build_error(422, {"details": {"causes": causes}}).causes) == 8


def test_a_cause_without_a_field_shows_its_reason() -> None:
    """A terminating namespace rejects a request with a cause of that name."""
    error = KubeError(403, "Forbidden", causes=(StatusCause("NamespaceTerminating", ""),))
    assert str(error) == "403 Forbidden: NamespaceTerminating"


WAITS = {"3": 3.0, "": None, "Fri, 31 Dec 2027 23:59:59 GMT": None, "-1": None}


@pytest.mark.parametrize(("header", "seconds"), WAITS.items())
def test_seconds_to_wait_are_read(header: str, seconds: float | None) -> None:
    """The API server sends Retry-After in seconds; other values are ignored."""
    assert build_error(429, {"reason": "TooManyRequests"}, header).retry_after == seconds
