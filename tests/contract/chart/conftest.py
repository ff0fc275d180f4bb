"""Fixtures: a control plane without the operator, and Helm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from devtools.external_crds import external_crds
from tests.support.helm import HelmClient, admin_helm

NAMESPACE = "oauth-connector-system"


@pytest.fixture(scope="session")
def bare_plane() -> Iterator[ControlPlane]:
    """Return a control plane with the CRDs of other projects, and the namespace as the guide creates it."""
    with ControlPlane(*external_crds()) as plane:
        plane.kubectl("create", "namespace", NAMESPACE)
        levels = (f"pod-security.kubernetes.io/{mode}=restricted" for mode in ("enforce", "warn"))
        plane.kubectl("label", "namespace", NAMESPACE, *levels)
        yield plane


@pytest.fixture
def renderer(tmp_path: Path) -> HelmClient:
    """Return Helm without a cluster: it can render and check."""
    return HelmClient(tmp_path / "no-kubeconfig", tmp_path)


@pytest.fixture
def helm(bare_plane: ControlPlane, tmp_path: Path) -> HelmClient:
    """Return Helm as an administrator of that control plane."""
    return admin_helm(bare_plane, tmp_path)
