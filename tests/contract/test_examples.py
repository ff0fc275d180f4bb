"""The examples on the real API server."""

from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.cluster import Namespace

FOLDER = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.yaml")))
async def test_an_example_can_be_applied(name: str, control_plane: ControlPlane, namespace: Namespace) -> None:
    """Each object is accepted, also in a namespace that enforces the restricted Pod Security Standard."""
    strict = "pod-security.kubernetes.io/enforce=restricted"
    control_plane.kubectl("label", "namespace", namespace.name, strict)
    await _create_default_account(namespace)
    apply = ("apply", "--server-side", "--dry-run=server", "-n", namespace.name, "-f", str(FOLDER / name))
    assert "serverside-applied" in control_plane.kubectl(*apply)


async def _create_default_account(namespace: Namespace) -> None:
    """Create the ServiceAccount that a controller may not have created yet."""
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts/default"
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    query = {"fieldManager": "a-user", "force": "true"}
    await namespace.api.request("PATCH", path, query=query, body=body, content_type="application/apply-patch+yaml")
