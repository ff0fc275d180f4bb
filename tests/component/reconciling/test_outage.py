"""An outage of the API server loses nothing and needs no restart of the operator."""

import asyncio
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from tests.component.reconciling.scene import ConnectorScene
from tests.support.cluster import Namespace, until

CRDS = Path(__file__).parents[3] / "crds"


async def test_watches_resume_after_an_outage_of_the_api_server(
    namespace: Namespace,
    control_plane: ControlPlane,
    short_scene: ConnectorScene,
) -> None:
    """The process stays up and healthy; after the outage it reconciles new connectors and refreshes tokens."""
    scene = short_scene
    await scene.connect()
    await asyncio.to_thread(control_plane.stop_api_server)

    async def is_missed() -> bool:
        return "opened again" in scene.operator.read_log() or "listed again" in scene.operator.read_log()

    await until(is_missed, within=30)
    assert (await scene.operator.page("/healthz"))[0] == 200
    await asyncio.to_thread(control_plane.start_api_server)
    await namespace.add_connector("second", scene.spec())
    await namespace.wait_for_conditions("second", within=30, Ready="TokenIssued")
    await namespace.wait_for_conditions("crm", within=30, Ready="TokenIssued")
    assert not scene.operator.has_ended


async def test_an_operator_without_its_crd_waits_for_it(
    control_plane: ControlPlane, short_scene: ConnectorScene, namespace: Namespace
) -> None:
    """Without the CRD the operator is live and not ready; it starts to work when the CRD is installed."""
    scene = short_scene
    await scene.operator.stop()
    crd = "customresourcedefinitions.apiextensions.k8s.io/oauthconnectors.oauthconnector.dev"
    await asyncio.to_thread(control_plane.kubectl, "delete", crd)
    try:
        await scene.operator.launch()
        await until(lambda: _responds(scene, "/healthz", 200))
        await until(lambda: _responds(scene, "/readyz", 503))
    finally:
        await asyncio.to_thread(control_plane.kubectl, "apply", "--server-side", "-f", str(CRDS))
        await asyncio.to_thread(control_plane.kubectl, "wait", "--for=condition=Established", crd)
    await until(lambda: _responds(scene, "/readyz", 200), within=40)
    await scene.connect()
    assert await namespace.token("crm-token")


async def _responds(scene: ConnectorScene, page: str, status: int) -> bool:
    return (await scene.operator.page(page))[0] == status
