"""`kubectl oauth authorize` where the browser comes back to this machine."""

import json
import re
from html import unescape

from tests.component.plugin.authorization_endpoint import CODE
from tests.component.plugin.conftest import PERSON, Scene


def link_of(page: str) -> str:
    """Give the link that a page goes to."""
    found = re.search(r'href="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


async def test_a_connector_is_connected_through_the_browser(scene: Scene) -> None:
    """A private page opens the provider's link, the answer is sealed and confirmed, the connector's state is shown."""
    await scene.add_connector(scene.loopback)
    await scene.authorize("-n", scene.namespace.name)
    consent = await scene.operator.fill(scene.loopback, scene.provider.url)
    page = await scene.opened()
    assert (scene.folder / "modes").read_text().split() == ["600", "700"]
    async with scene.browser.get(link_of(page)) as answer:
        assert answer.status == 200
        assert str(answer.url) == scene.loopback  # without the code
        assert "Back to the terminal" in await answer.text()
    sealed = await scene.operator.answer()
    assert sealed.code.get_secret_value() == CODE
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0
    assert "crm is connected" in scene.terminal.shown
    assert "account ann@example.com" in scene.terminal.printed
    assert "(in 1h)" in scene.terminal.printed
    spec = consent["spec"]
    assert spec["requestedBy"] == f"system:serviceaccount:{scene.namespace.name}:{PERSON}"
    assert (spec["connectorName"], spec["redirect"]) == ("crm", "Loopback")
    asked = scene.provider.asked[0]
    assert asked["scope"] == "read write"
    assert asked["access_type"] == "offline"
    assert asked["code_challenge_method"] == "S256"
    assert consent["metadata"]["managedFields"][0]["manager"] == "oauth-connector-cli"


async def test_json_is_given_to_programs(scene: Scene) -> None:
    """Standard output is one object, whatever is told to a person meanwhile."""
    await scene.add_connector(scene.loopback)
    await scene.authorize("-n", scene.namespace.name, "-o", "json", "--no-browser")
    await scene.operator.fill(scene.loopback, scene.provider.url)
    async with scene.browser.get(await scene.link()) as answer:
        assert answer.status == 200
    await scene.operator.answer()
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0
    told = json.loads(scene.terminal.printed)
    assert (told["name"], told["ready"], told["secretRef"]) == ("crm", True, {"name": "crm-token"})
