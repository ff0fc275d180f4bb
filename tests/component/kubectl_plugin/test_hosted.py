"""`kubectl oauth authorize` through the consent server."""

import base64
import re
from pathlib import Path

from oauth_connector.consent_protocol.tickets import is_ticket_of
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.cluster import until
from tests.support.terminal import CTRL_C

URL = "https://login.example.com/authorize"
QUESTION = "Confirmation code that the last page shows: "


async def test_the_link_carries_the_ticket_in_its_fragment(scenario: PluginScenario) -> None:
    """It leads to the consent's page at the service whose redirect URI it is, and is called what it is."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    consent = await scenario.operator.fill(scenario.hosted, URL)
    page, _, ticket = (await scenario.link()).partition("#")
    assert page == f"https://oauth.example.com/connect/{scenario.namespace.name}/{consent['metadata']['name']}"
    assert is_ticket_of(ticket, consent["spec"]["ticketHash"])
    assert len(base64.urlsafe_b64decode(ticket + "=")) == 32
    assert consent["spec"]["redirect"] == "Hosted"
    assert "like a password" in scenario.terminal.shown
    scenario.terminal.type(CTRL_C)
    assert await scenario.terminal.ended() == 130


async def test_the_ticket_reaches_the_browser_only_in_a_private_file(scenario: PluginScenario) -> None:
    """The terminal does not show it, and the file is deleted when the response has arrived."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name)
    await scenario.operator.fill(scenario.hosted, URL)
    page = await scenario.opened()
    assert (scenario.folder / "modes").read_text().split() == ["600", "700"]
    found = re.search(r"#([\w-]{43})", page)
    assert found is not None
    assert 'content="no-referrer"' in page
    await scenario.operator.respond()
    await scenario.terminal.wait_for_output(QUESTION)
    assert found[1] not in scenario.terminal.shown
    path = Path((scenario.folder / "path").read_text().strip())
    assert not path.parent.exists()


async def test_an_entered_code_is_normalized(scenario: PluginScenario) -> None:
    """After an impossible code the command prompts again; case, dashes and look-alike letters do not matter."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL)
    await scenario.operator.respond()
    await scenario.terminal.wait_for_output(QUESTION)
    scenario.terminal.type("k7qf\n")
    await scenario.terminal.wait_for_output("eight letters and digits")
    scenario.terminal.type("k7qf 2mOp\n")
    assert await scenario.operator.confirmation() == "K7QF-2M0P"
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    assert "Ready" in scenario.terminal.printed


async def test_a_denial_in_the_browser_ends_the_command(scenario: PluginScenario) -> None:
    """The command waits for what the operator reads in the response before it prompts for a code."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL)
    await scenario.operator.respond()
    await scenario.operator.say("False", "AccessDenied", "The user denied access.")
    assert await scenario.terminal.ended() == 1
    assert "AccessDenied: The user denied access." in scenario.terminal.shown
    assert QUESTION not in scenario.terminal.shown


async def test_a_wrong_confirmation_code_can_be_entered_again(scenario: PluginScenario) -> None:
    """An operator that still waits for the code, having seen this one, means another."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL)
    await scenario.operator.respond()
    await scenario.operator.say("Unknown", "AwaitingConfirmation")
    await scenario.terminal.wait_for_output(QUESTION)
    scenario.terminal.type("K7QF-2M9Q\n")
    assert await scenario.operator.confirmation() == "K7QF-2M9Q"
    await scenario.operator.say("Unknown", "AwaitingConfirmation")
    await scenario.terminal.wait_for_output("The code is not correct. ")
    scenario.terminal.type("K7QF-2M9P\n")
    await until(lambda: confirmed(scenario, "K7QF-2M9P"))
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def confirmed(scenario: PluginScenario, code: str) -> bool:
    """Return whether the consent holds a code."""
    return bool((await scenario.operator.consent())["spec"].get("confirmation") == code)


async def test_the_command_prompts_for_no_code_if_no_confirmation_is_required(scenario: PluginScenario) -> None:
    """If the setting requires no confirmation, the command does not prompt."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL, confirmationRequired=False)
    await scenario.operator.respond()
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    assert QUESTION not in scenario.terminal.shown


async def test_a_final_result_ends_the_question(scenario: PluginScenario) -> None:
    """The command does not wait for a code when the consent has ended."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL)
    await scenario.operator.respond()
    await scenario.terminal.wait_for_output(QUESTION)
    await scenario.operator.say("False", "Expired", "Nobody typed the code in time")
    assert await scenario.terminal.ended() == 1
    assert "Expired: Nobody typed the code in time" in scenario.terminal.shown


async def test_an_interruption_deletes_the_consent(scenario: PluginScenario) -> None:
    """Ctrl-C ends the command with status 130, while it waits and while it asks, and leaves no consent."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL)
    await scenario.operator.respond()
    await scenario.terminal.wait_for_output(QUESTION)
    scenario.terminal.type(CTRL_C)
    assert await scenario.terminal.ended() == 130
    assert "interrupted" in scenario.terminal.shown
    assert await scenario.operator.consents() == []


async def test_a_deleted_consent_ends_the_command(scenario: PluginScenario) -> None:
    """The command reports it at once."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    consent = await scenario.operator.fill(scenario.hosted, URL)
    await scenario.link()
    await scenario.operator.delete(consent)
    assert await scenario.terminal.ended() == 1
    assert "was deleted" in scenario.terminal.shown


async def test_the_clock_of_the_api_server_counts(scenario: PluginScenario) -> None:
    """The wait ends at the expiry that the operator set, also before the command's time limit."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.hosted, URL, expirationTime="2020-01-01T00:00:00Z")
    assert await scenario.terminal.ended() == 1
    assert "The consent has expired" in scenario.terminal.shown
    assert await scenario.operator.consents() == []
