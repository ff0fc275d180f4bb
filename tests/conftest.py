"""What holds for all tests."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from devtools.authorization_servers.installation import InstallationError
from devtools.cluster.binaries import control_plane_binaries
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program
from devtools.image import archive as build_archive
from devtools.image.errors import ImageError
from tests.support.gitops_judge import build_judges
from tests.support.helm import is_helm_needed
from tests.support.mcp_environment import environment

pytest_plugins = [
    "tests.support.authorization_servers",
    "tests.support.browser",
    "tests.support.consent_server_replicas",
    "tests.support.control_plane",
    "tests.support.file_order",
    "tests.support.gitops_tools",
    "tests.support.tier_progress",
    "tests.support.mcp_fixtures",
    "tests.support.restored_logging",
    "tests.support.shared_folders",
]

# No test asserts a duration, and on a busy machine the first example of a strategy may take long.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Search no collected test for garbage: half a million objects live to the end, in every worker.

    What tests leave behind is searched less often than by default: that costs a twentieth of their CPU time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the programs that tests need, which takes minutes, before the time of a test begins to run."""
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if session.config.option.collectonly:
        return
    try:
        if "control_plane" in wanted:
            control_plane_binaries()
        if is_helm_needed(item.module for item in session.items if isinstance(item, pytest.Function)):
            program("helm")
        if "gitops_judge" in wanted:
            build_judges()
        if "archive" in wanted:
            build_archive()
        if "mcp_environment" in wanted:
            environment()
    except (GoBuildError, ImageError, InstallationError) as error:
        pytest.exit(str(error), returncode=1)
    save_cpu_time_of_go_programs()


def save_cpu_time_of_go_programs() -> None:
    """Let the Go programs of tests, which are built by now, work with less CPU time."""
    # A third more memory for a fifth less CPU time.
    os.environ.setdefault("GOGC", "400")
    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) >= (os.cpu_count() or 1):
        # Each core has a worker. A program that looks for a second core finds none, and the search takes CPU time.
        os.environ.setdefault("GOMAXPROCS", "1")
