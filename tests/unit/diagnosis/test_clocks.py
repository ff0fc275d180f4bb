"""The comparison of two clocks."""

import pytest

from oauth_connector.diagnosis.clocks import ReferenceClock, compare_clocks


@pytest.mark.parametrize(
    ("offset", "ahead", "passed"),
    [
        (0, 0, True),
        (60, 0, True),
        (61, 0, False),
        (-61, 0, False),
        (3600, 3600, True),
        (0, 3600, False),
        (None, 0, None),
    ],
)
def test_clocks_may_differ_by_a_minute(offset: float | None, ahead: float, *, passed: bool | None) -> None:
    """The clock of this machine does not matter where another one is the reference."""
    assert compare_clocks(offset, "login.example.com", ReferenceClock("the API server", ahead)).passed is passed


def test_the_direction_is_named() -> None:
    """It is that of the reference clock."""
    behind = compare_clocks(3600, "login.example.com", ReferenceClock("the API server"))
    assert behind.text.startswith("the clock of the API server is 3600 s behind that of login.example.com.")
    ahead = compare_clocks(-3600, "login.example.com", ReferenceClock())
    assert ahead.text.startswith("the clock of this machine is 3600 s ahead of that of login.example.com.")
