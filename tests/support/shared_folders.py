"""A plugin of pytest: workers share the files of some folders, test by test. Any other file is of one worker.

The tests of these folders wait most of their time, some for minutes, and each starts what it needs itself.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it has none

SHARED = ("tests/chaos/", "tests/component/gitops/", "tests/component/reconciling/", "tests/component/scope/")
"""Folders without a fixture for all tests of a file."""


class FilesAndTests(LoadFileScheduling):  # type: ignore[misc]  # as above
    """Gives files to workers, and of the shared folders single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return find_unit(nodeid)


def find_unit(test: str) -> str:
    """Return what one worker takes as a whole: the file of a test, or the test."""
    return test if test.startswith(SHARED) else test.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Use it in the place of `--dist loadfile`."""
    return FilesAndTests(config, log) if config.getvalue("dist") == "loadfile" else None
