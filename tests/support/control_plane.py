"""Fixtures: a real control plane, a namespace for each test, and the operator as a process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from tests.support.cluster import Namespace, admin_of, new_namespace
from tests.support.operator_process import FAILURE, OperatorProcess

ROOT = Path(__file__).parents[2]
CANARY = "c4n4ry-"

StartOperator = Callable[..., Awaitable[OperatorProcess]]


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """Return a control plane with the CRDs and roles of the operator."""
    with ControlPlane(ROOT / "deploy" / "install.yaml") as plane:
        yield plane


@pytest.fixture(scope="session")
async def admin(control_plane: ControlPlane) -> AsyncIterator[KubeAPI]:
    """Return a client with the permissions of an administrator."""
    async with admin_of(control_plane) as api:
        yield api


@pytest.fixture
async def namespace(admin: KubeAPI) -> AsyncIterator[Namespace]:
    """Return a namespace of the test."""
    async with new_namespace(admin) as made:
        yield made


@pytest.fixture(scope="session")
def service_account(control_plane: ControlPlane) -> Path:
    """Return a kubeconfig of the operator's ServiceAccount."""
    return control_plane.kubeconfig_for("oauth-connector-system", "oauth-connector")


@pytest.fixture
async def start_operator(tmp_path: Path, service_account: Path) -> AsyncIterator[StartOperator]:
    """Return a function that starts the operator, with access to these ports of loopback; it is stopped afterwards."""
    started: list[OperatorProcess] = []

    async def start(*ports: int, **settings: object) -> OperatorProcess:
        operator = OperatorProcess(tmp_path, service_account, ports, **settings)
        started.append(operator)
        await operator.start()
        return operator

    yield start
    for operator in started:
        await operator.stop()
        assert CANARY not in operator.read_log(), "a secret was logged"
        assert FAILURE not in operator.read_log(), operator.read_log()
