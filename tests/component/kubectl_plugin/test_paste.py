"""`kubectl oauth authorize --paste`: for remote shells, and for codes that a provider shows."""

from urllib.parse import parse_qs, urlsplit

from tests.component.kubectl_plugin.authorization_endpoint import CODE
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.terminal import CTRL_C

PASTE = "Paste it"


async def redirected(scenario: PluginScenario) -> str:
    """Return the address that the browser is sent to from the link that the terminal shows."""
    async with scenario.browser.get(await scenario.link(), allow_redirects=False) as answer:
        return answer.headers["Location"]


async def test_a_pasted_address_authorizes_the_connector(scenario: PluginScenario) -> None:
    """The response is sealed on this machine; the pasted text is not shown, however long it is."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    await scenario.operator.fill(scenario.hosted, scenario.provider.url)
    scenario.provider.answers["code"] = code = "c4n4ry-" + "x" * 4000
    address = await redirected(scenario)
    await scenario.terminal.wait_for_output(PASTE)
    scenario.terminal.type(address + "&session_state=" + "y" * 1000 + "\n")
    assert (await scenario.operator.answer()).code.get_secret_value() == code
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def test_a_wrong_address_can_be_entered_again(scenario: PluginScenario) -> None:
    """An address with another base or another state is rejected; the right address is accepted afterwards."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    address = await redirected(scenario)
    await scenario.terminal.wait_for_output(PASTE)
    scenario.terminal.type("https://evil.example.com/?code=a&state=b\n")
    await scenario.terminal.wait_for_output("This is not the address of the redirect")
    scenario.terminal.type(address.replace("state=", "state=x") + "\n")
    await scenario.terminal.wait_for_output("its parameter state differs")
    scenario.terminal.type("two words\n")
    await scenario.terminal.wait_for_output("neither an address nor a code")
    scenario.terminal.type(address + "\n")
    assert (await scenario.operator.answer()).code.get_secret_value() == CODE
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def test_nothing_that_is_pasted_is_shown_or_left_to_the_shell(scenario: PluginScenario) -> None:
    """Not before the prompt, not after the response, and not in the shell afterwards, which would run it."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    address = await redirected(scenario)  # the link is shown
    assert not scenario.terminal.echoes
    scenario.terminal.type(address + "\nc4n4ry-twice\n")
    await scenario.operator.answer()
    assert not scenario.terminal.echoes
    assert scenario.terminal.unread
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    assert scenario.terminal.echoes
    assert not scenario.terminal.unread


async def test_a_pasted_code_is_accepted(scenario: PluginScenario) -> None:
    """Text that is not an address is a code; self-clients of Zoho, for example, show one."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    await scenario.operator.fill(scenario.hosted, scenario.provider.url)
    link = await scenario.link()
    assert parse_qs(urlsplit(link).query)["response_type"] == ["code"]
    await scenario.terminal.wait_for_output(PASTE)
    scenario.terminal.type("1000.c4n4ry.code\n")
    assert (await scenario.operator.answer()).code.get_secret_value() == "1000.c4n4ry.code"
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def test_an_interruption_while_pasting_restores_the_terminal(scenario: PluginScenario) -> None:
    """Echo and line editing are back, and the consent is gone."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    await scenario.operator.fill(scenario.hosted, scenario.provider.url)
    await scenario.terminal.wait_for_output(PASTE)
    assert not scenario.terminal.echoes
    scenario.terminal.type(CTRL_C)
    assert await scenario.terminal.ended() == 130
    assert scenario.terminal.echoes
    assert await scenario.operator.consents() == []
