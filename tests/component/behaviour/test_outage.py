"""The API server goes away and comes back: nothing is lost, nobody restarts the operator."""

import asyncio

from devtools.control_plane import ControlPlane
from tests.component.behaviour.scene import Scene
from tests.support.cluster import Namespace, until


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
