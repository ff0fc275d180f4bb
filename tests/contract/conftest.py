"""Fixtures of the contract tests: the real API server, as in the component tests."""

from collections.abc import Iterator

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.dry_run import DryRun


@pytest.fixture(scope="session")
def api_server(control_plane: ControlPlane) -> Iterator[DryRun]:
    """Yield a connection of an administrator that creates connectors in dry runs."""
    connection = DryRun(control_plane.kubeconfig)
    yield connection
    connection.close()
