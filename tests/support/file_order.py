"""A plugin of pytest: of several workers, each takes the longest files of tests first, so that none is late at the end.

pytest-xdist by itself begins with the files of most tests. The longest tests are alone in their files.
"""

import pytest

LONGEST = (
    "tests/simulation/test_two_years.py",
    "tests/contract/chart/test_release.py",
    "tests/contract/chart/test_guides.py",
    "tests/contract/chart/test_namespaces_change.py",
)
"""Files that need long: one that computes, and some that wait. At most as many as there are workers.

The other simulations come later. Many that compute at once would make those slow that wait.
"""

NEXT, COMPUTING = "tests/chaos/", "tests/simulation/test_busy_day.py"
"""The folder whose tests wait most, and the file after it: it computes for minutes, which must not be the last ones."""

BESIDE = (
    "tests/simulation/test_audit.py",
    "tests/unit/support/test_shared_folders.py",
    "tests/unit/test_test_folders.py",
    "tests/unit/test_versions.py",
)
"""Files of seconds. A worker always reserves a second file, and begins with it when the first one has ended."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files where workers share them; tests of one file remain together, in their order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: find_place(item.nodeid))


def find_place(test: str) -> int:
    """Return the place of a test among the others by its file; tests with the same place keep their order."""
    order = (*LONGEST, *BESIDE, NEXT, COMPUTING)
    return next((place for place, name in enumerate(order) if test.startswith(name)), len(order))
