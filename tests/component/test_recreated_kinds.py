"""The CustomResourceDefinitions are deleted and created again while the operator runs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.builders import a_spec
from tests.support.cluster import Namespace, admin_of, new_namespace, until
from tests.support.control_plane import ROOT
from tests.support.manual_consent import ManualConsent
from tests.support.operator_process import OperatorProcess

CRDS = str(ROOT / "crds")
NOT_SERVED = '"resource": "oauthconnectors", "status": 404'


@pytest.fixture(scope="module")
def own_plane() -> Iterator[ControlPlane]:
    """Yield a control plane that no other test uses."""
    with ControlPlane(ROOT / "deploy" / "install.yaml") as plane:
        yield plane


@pytest.fixture
async def own_namespace(own_plane: ControlPlane) -> AsyncIterator[Namespace]:
    """Yield a namespace in it."""
    async with admin_of(own_plane) as api, new_namespace(api) as made:
        yield made


@pytest.fixture
async def operator(own_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[OperatorProcess]:
    """Yield an operator that runs."""
    kubeconfig = own_plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
    made = OperatorProcess(tmp_path, kubeconfig, ())
    await made.start()
    yield made
    assert await made.stop() == 0


def delete_kinds(plane: ControlPlane) -> None:
    """Delete both definitions, and with them all objects."""
    plane.kubectl("delete", "--filename", CRDS, "--wait=true", "--timeout=60s")


def create_kinds(plane: ControlPlane) -> None:
    """Create both definitions, and wait until they are served."""
    plane.kubectl("apply", "--server-side", "--filename", CRDS)
    plane.kubectl("wait", "--for=condition=Established", "--timeout=60s", "--filename", CRDS)


async def become_watched(namespace: Namespace, name: str) -> None:
    """Create a connector and a consent for it, and wait until the operator has reported on both."""
    await namespace.add_connector(name, a_spec())
    consent = await ManualConsent.create(namespace, name)

    async def are_reported() -> bool:
        manifest = await namespace.get("oauthconsents", consent.name) or {}
        return bool(await namespace.conditions(name)) and "status" in manifest

    await until(are_reported, within=60)


@pytest.mark.parametrize("is_noticed", [False, True], ids=["at once", "after the operator has noticed it"])
async def test_kinds_that_are_created_again_are_watched_within_a_minute(
    operator: OperatorProcess, own_plane: ControlPlane, own_namespace: Namespace, *, is_noticed: bool
) -> None:
    """Both kinds are watched again, whether they were missing for a moment or for long."""
    await become_watched(own_namespace, "early")

    async def has_noticed() -> bool:
        return NOT_SERVED in operator.read_log()

    await asyncio.to_thread(delete_kinds, own_plane)
    if is_noticed:
        await until(has_noticed, within=60)
    await asyncio.to_thread(create_kinds, own_plane)
    await become_watched(own_namespace, "late")
