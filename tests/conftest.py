"""What holds for all tests."""

import pytest
from hypothesis import settings

from devtools.cluster.binaries import control_plane_binaries
from devtools.go_programs.build import GoBuildError

pytest_plugins = [
    "tests.support.authorization_servers",
    "tests.support.browser",
    "tests.support.consent_server_replicas",
    "tests.support.control_plane",
]

# No test asserts a duration, and on a busy machine the first example of a strategy may take long.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the programs of the control plane before a test's time begins to run: to build them takes minutes."""
    wanted = any("control_plane" in getattr(item, "fixturenames", ()) for item in session.items)
    if not wanted or session.config.option.collectonly:
        return
    try:
        control_plane_binaries()
    except GoBuildError as error:
        pytest.exit(str(error), returncode=1)
