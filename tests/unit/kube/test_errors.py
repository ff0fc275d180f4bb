"""Refusals of the API server, read without what may hold a value."""

import pytest

from oauth_connector.kube.errors import KubeError, StatusCause, refusal

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


def test_a_refusal_keeps_reasons_and_field_paths() -> None:
    """What is needed to act on a 422 is there: which fields, and why."""
    error = refusal(422, QUOTING)
    assert (error.status, error.reason, error.retry_after) == (422, "Invalid", None)
    assert error.causes == (StatusCause("FieldValueInvalid", "data[token]"),)
    assert str(error) == "422 Invalid: data[token]"


def test_a_refusal_holds_no_value() -> None:
    """The message of the API server quotes values, and goes nowhere."""
    error = refusal(422, QUOTING)
    assert SECRET not in f"{error!r} {error} {vars(error)}"


@pytest.mark.parametrize("status", ODD_STATUSES.values(), ids=ODD_STATUSES.keys())
def test_an_odd_refusal_is_read_as_far_as_it_makes_sense(status: dict[str, object]) -> None:
    """Whatever stands in a body, only words and paths come out of it."""
    error = refusal(500, status)
    assert error.reason == "Unknown"
    assert SECRET not in f"{error!r} {vars(error)}"


def test_causes_are_bounded() -> None:
    """A refusal with a thousand causes makes no endless line in a log."""
    causes = [{"reason": "FieldValueInvalid", "field": f"data[k{n}]"} for n in range(1000)]
    assert len(refusal(422, {"details": {"causes": causes}}).causes) == 8


def test_a_cause_without_a_field_is_told_by_its_reason() -> None:
    """A namespace that is going refuses with a cause of that name."""
    error = KubeError(403, "Forbidden", causes=(StatusCause("NamespaceTerminating", ""),))
    assert str(error) == "403 Forbidden: NamespaceTerminating"


WAITS = {"3": 3.0, "": None, "Fri, 31 Dec 2027 23:59:59 GMT": None, "-1": None}


@pytest.mark.parametrize(("header", "seconds"), WAITS.items())
def test_seconds_to_wait_are_read(header: str, seconds: float | None) -> None:
    """The API server says Retry-After in seconds; anything else counts as not said."""
    assert refusal(429, {"reason": "TooManyRequests"}, header).retry_after == seconds
