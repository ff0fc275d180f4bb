"""A consent is not lost when the API server is unavailable for a moment."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.component.kubectl_plugin.authorization_endpoint import CODE
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.api_faults import Lose, Refuse
from tests.support.faulty_api import FaultyAPI, faulty_api, kubeconfig_through
from tests.support.polling import eventually


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncIterator[FaultyAPI]:
    """Return the proxy between the plugin and the API server."""
    async with faulty_api(control_plane.url, control_plane.ca) as proxy:
        yield proxy


@pytest.fixture
def through(api: FaultyAPI, kubeconfig: Path, tmp_path: Path) -> str:
    """Return the user's kubeconfig, with the address of the proxy."""
    return str(kubeconfig_through(api, kubeconfig, tmp_path))


@pytest.mark.parametrize("fault", [Refuse(503), Refuse(429, "1"), Lose()], ids=["shed", "busy", "lost"])
async def test_a_response_is_stored_despite_temporary_api_errors(
    scenario: PluginScenario, api: FaultyAPI, through: str, fault: Refuse | Lose
) -> None:
    """Reads and writes are tried again; a write that had happened is as if made once."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser", "--kubeconfig", through)
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    link = await scenario.link()
    with api.requests_meet(fault, "GET", "PATCH", path="/oauthconsents/"):
        async with scenario.browser.get(link) as answer:
            assert answer.status == 200
        await eventually(lambda: sum(method == "PATCH" for method, _ in api.requests) >= 2)
    assert (await scenario.operator.answer()).code.get_secret_value() == CODE
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
