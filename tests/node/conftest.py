"""The node's programs are built before a test's time begins to run."""

import pytest

from devtools.cluster.open_cluster import build_cluster
from devtools.go_programs.build import GoBuildError


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the programs and the images of the node. Stop if this fails."""
    if session.config.option.collectonly:
        return
    try:
        build_cluster()
    except GoBuildError as error:
        pytest.exit(str(error), returncode=1)
