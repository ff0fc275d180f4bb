"""The node's programs are built before a test's time begins to run."""

import pytest

from devtools.cluster.node.components import PROGRAMS
from devtools.cluster.node.images import program_image
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the programs and the images of the node. Stop if this fails."""
    if session.config.option.collectonly:
        return
    try:
        for name in PROGRAMS:
            program(name)
        program_image("coredns")
    except GoBuildError as error:
        pytest.exit(str(error), returncode=1)
