"""Fixtures: installs of the operator, and a second namespace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from tests.support.cluster import Namespace, new_namespace
from tests.support.operator_installs import OperatorInstalls, operator_installs


@pytest.fixture
async def installs(control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[OperatorInstalls]:
    """Return a way to start installs."""
    async with operator_installs(control_plane, tmp_path) as starter:
        yield starter


@pytest.fixture
async def other_namespace(admin: KubeAPI) -> AsyncIterator[Namespace]:
    """Return a second namespace of the test."""
    async with new_namespace(admin) as made:
        yield made
