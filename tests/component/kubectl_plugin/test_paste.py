"""`kubectl oauth authorize --paste`: for remote shells, and for codes that a provider shows."""

from urllib.parse import parse_qs, urlsplit

from tests.component.kubectl_plugin.authorization_endpoint import CODE
from tests.component.kubectl_plugin.conftest import Scene
from tests.support.terminal import CTRL_C

PASTE = "Paste it"


async def redirected(scene: Scene) -> str:
    """Give the address that the browser is sent to from the link that the terminal shows."""
    async with scene.browser.get(await scene.link(), allow_redirects=False) as answer:
        return answer.headers["Location"]


async def test_a_pasted_address_connects(scene: Scene) -> None:
    """Hosted or not, the answer is sealed here; what is pasted is not shown, however long."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--paste")
    await scene.operator.fill(scene.hosted, scene.provider.url)
    scene.provider.answers["code"] = code = "c4n4ry-" + "x" * 4000
    address = await redirected(scene)
    await scene.terminal.shows(PASTE)
    scene.terminal.type(address + "&session_state=" + "y" * 1000 + "\n")
    assert (await scene.operator.answer()).code.get_secret_value() == code
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0


async def test_a_wrong_address_is_asked_again(scene: Scene) -> None:
    """Another base or another run's state is told apart from the right address, which then counts."""
    await scene.add_connector(scene.loopback)
    await scene.authorize("-n", scene.namespace.name, "--paste")
    await scene.operator.fill(scene.loopback, scene.provider.url)
    address = await redirected(scene)
    await scene.terminal.shows(PASTE)
    scene.terminal.type("https://evil.example.com/?code=a&state=b\n")
    await scene.terminal.shows("That is not where the provider sends the browser")
    scene.terminal.type(address.replace("state=", "state=x") + "\n")
    await scene.terminal.shows("its state is another")
    scene.terminal.type("two words\n")
    await scene.terminal.shows("neither an address nor a code")
    scene.terminal.type(address + "\n")
    assert (await scene.operator.answer()).code.get_secret_value() == CODE
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0


async def test_a_code_that_the_provider_shows_is_taken(scene: Scene) -> None:
    """What is no address is a code: self-clients of Zoho, for example, show one."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--paste")
    await scene.operator.fill(scene.hosted, scene.provider.url)
    link = await scene.link()
    assert parse_qs(urlsplit(link).query)["response_type"] == ["code"]
    await scene.terminal.shows(PASTE)
    scene.terminal.type("1000.c4n4ry.code\n")
    assert (await scene.operator.answer()).code.get_secret_value() == "1000.c4n4ry.code"
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0


async def test_an_interruption_while_pasting_leaves_the_terminal_as_it_was(scene: Scene) -> None:
    """Echo and line editing are back, and the consent is gone."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--paste")
    await scene.operator.fill(scene.hosted, scene.provider.url)
    await scene.terminal.shows(PASTE)
    assert not scene.terminal.echoes
    scene.terminal.type(CTRL_C)
    assert await scene.terminal.ended() == 130
    assert scene.terminal.echoes
    assert await scene.operator.consents() == []
