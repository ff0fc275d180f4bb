"""Fixtures: control planes without the operator, and a git repository with the manifests of this checkout."""

from collections.abc import AsyncIterator, Iterator

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from devtools.gitops.git_server import GitServer
from devtools.gitops.packages import PackageError, require_redis
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program
from tests.gitops.fleet import Fleet, open_fleet

PROGRAMS = ("source-controller", "kustomize-controller", "argocd", "kustomize")
TIMEOUT = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the time that it may take on a busy machine: the first one also starts the controllers."""
    for item in items:
        item.add_marker(pytest.mark.timeout(TIMEOUT))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build and install the programs before a test's time begins to run. Stop if this fails."""
    if session.config.option.collectonly:
        return
    try:
        for name in PROGRAMS:
            program(name)
        require_redis()
    except (GoBuildError, PackageError) as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Yield a control plane for one tool."""
    with ControlPlane() as started:
        yield started


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    """Yield a git server."""
    with GitServer(tmp_path_factory.mktemp("git")) as server:
        yield server


@pytest.fixture(scope="module")
async def fleet(
    plane: ControlPlane, git: GitServer, canaille: AuthorizationServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    """Yield the repository with the operator's manifests, a provider, and an operator that is not started yet."""
    async with open_fleet(plane, git, canaille, tmp_path_factory.mktemp("fleet")) as made:
        yield made
