"""Which lines of the operator's log show a refused request."""

import pytest

from tests.support.operator_installs import is_refusal_line

LINES = {
    '{"status": 403, "event": "list failed", "timestamp": "2026-11-29T11:37:57.918679Z"}': True,
    "the operator's key: 403 Forbidden": True,
    '{"cause": "secrets is Forbidden"}': True,
    '{"event": "a token request", "timestamp": "2026-11-29T11:37:57.403679Z"}': False,
    '{"event": "a token request", "timestamp": "2026-11-29T11:37:57.918403Z"}': False,
    '{"host": "127.0.0.1:40312"}': False,
    '{"seconds": 0.403}': False,
    '{"resource_version": "1403"}': False,
}


@pytest.mark.parametrize("line", LINES)
def test_a_refusal_is_a_status_and_not_its_digits(line: str) -> None:
    """A time with microseconds contains these digits in four lines of a thousand."""
    assert is_refusal_line(line) is LINES[line]
