"""The API server goes away and comes back: nothing is lost, nobody restarts the operator."""

import asyncio
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from tests.component.reconciling.scene import Scene
from tests.support.cluster import Namespace, until

CRDS = Path(__file__).parents[3] / "crds"


async def test_an_api_server_that_was_away_is_watched_again(
    namespace: Namespace,
    control_plane: ControlPlane,
    brief_scene: Scene,
) -> None:
    """Through an outage the process stays up and healthy; afterwards new connectors and refreshes are seen to."""
    scene = brief_scene
    await scene.connect()
    await asyncio.to_thread(control_plane.stop_api_server)

    async def is_missed() -> bool:
        return "opened again" in scene.operator.logged() or "listed anew" in scene.operator.logged()

    await until(is_missed, within=30)
    assert (await scene.operator.page("/healthz"))[0] == 200
    await asyncio.to_thread(control_plane.start_api_server)
    await namespace.add_connector("second", scene.spec())
    await namespace.shows("second", within=30, Ready="TokenIssued")
    await namespace.shows("crm", within=30, Ready="TokenIssued")
    assert not scene.operator.ended


async def test_an_operator_that_is_there_before_its_crd_begins_when_that_comes(
    control_plane: ControlPlane, brief_scene: Scene, namespace: Namespace
) -> None:
    """Installed in the wrong order it waits, unready and alive, and needs no restart."""
    scene = brief_scene
    await scene.operator.stop()
    crd = "customresourcedefinitions.apiextensions.k8s.io/oauthconnectors.oauthconnector.dev"
    await asyncio.to_thread(control_plane.kubectl, "delete", crd)
    try:
        await scene.operator.launch()
        await until(lambda: _is(scene, "/healthz", 200))
        await until(lambda: _is(scene, "/readyz", 503))
    finally:
        await asyncio.to_thread(control_plane.kubectl, "apply", "--server-side", "-f", str(CRDS))
        await asyncio.to_thread(control_plane.kubectl, "wait", "--for=condition=Established", crd)
    await until(lambda: _is(scene, "/readyz", 200), within=40)
    await scene.connect()
    assert await namespace.token("crm-token")


async def _is(scene: Scene, page: str, status: int) -> bool:
    return (await scene.operator.page(page))[0] == status
