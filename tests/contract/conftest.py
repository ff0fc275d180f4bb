"""Fixtures of the contract tests: the real API server, as in the component tests."""

from collections.abc import Iterator

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.cluster import Namespace
from tests.support.dry_run import DryRun
from tests.support.tenant import Tenant


@pytest.fixture(scope="session")
def api_server(control_plane: ControlPlane) -> Iterator[DryRun]:
    """Yield a connection of an administrator that creates connectors in dry runs."""
    connection = DryRun(control_plane.kubeconfig)
    yield connection
    connection.close()


@pytest.fixture
def tenant(control_plane: ControlPlane, namespace: Namespace) -> Tenant:
    """Return a user who may write connectors."""
    return Tenant(control_plane, namespace.name)
