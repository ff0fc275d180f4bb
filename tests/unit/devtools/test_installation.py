"""A failed installation is reported by one line of the installer's output."""

import pytest

from devtools.authorization_servers.installation import find_cause

LOGS = {
    "pip finds no version": (
        "Looking in indexes\nERROR: Could not find a version that satisfies the requirement x\nERROR: No match for x",
        "ERROR: Could not find a version that satisfies the requirement x",
    ),
    "npm says its codes first": (
        "npm error code ENOTFOUND\nnpm error errno ENOTFOUND\nnpm error network request failed, reason: no such host",
        "npm error network request failed, reason: no such host",
    ),
    "no line begins with error": ("Collecting x\nKilled\n\n", "Killed"),
    "no output": ("\n", "no output"),
}


@pytest.mark.parametrize(("log", "line"), LOGS.values(), ids=LOGS)
def test_a_failed_installation_is_reported_by_one_line(log: str, line: str) -> None:
    """The line is the first that describes an error in words, else the last."""
    assert find_cause(log) == line
