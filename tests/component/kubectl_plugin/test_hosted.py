"""`kubectl oauth authorize` through the consent service."""

import base64
import re
from pathlib import Path

from oauth_connector.consent_protocol.tickets import is_ticket_of
from tests.component.kubectl_plugin.conftest import Scene
from tests.support.cluster import until
from tests.support.terminal import CTRL_C

URL = "https://login.example.com/authorize"
QUESTION = "Confirmation code that the last page shows: "


async def test_the_link_carries_the_ticket_in_its_fragment(scene: Scene) -> None:
    """It leads to the consent's page at the service whose redirect URI it is, and is called what it is."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    consent = await scene.operator.fill(scene.hosted, URL)
    page, _, ticket = (await scene.link()).partition("#")
    assert page == f"https://oauth.example.com/connect/{scene.namespace.name}/{consent['metadata']['name']}"
    assert is_ticket_of(ticket, consent["spec"]["ticketHash"])
    assert len(base64.urlsafe_b64decode(ticket + "=")) == 32
    assert consent["spec"]["redirect"] == "Hosted"
    assert "like a password" in scene.terminal.shown
    scene.terminal.type(CTRL_C)
    assert await scene.terminal.ended() == 130


async def test_the_ticket_reaches_the_browser_in_a_private_file_alone(scene: Scene) -> None:
    """The terminal does not show it, and the file is gone when the answer is there."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name)
    await scene.operator.fill(scene.hosted, URL)
    page = await scene.opened()
    assert (scene.folder / "modes").read_text().split() == ["600", "700"]
    found = re.search(r"#([\w-]{43})", page)
    assert found is not None
    assert 'content="no-referrer"' in page
    await scene.operator.respond()
    await scene.terminal.shows(QUESTION)
    assert found[1] not in scene.terminal.shown
    path = Path((scene.folder / "path").read_text().strip())
    assert not path.parent.exists()


async def test_a_typed_code_is_read_kindly(scene: Scene) -> None:
    """A code that can be none is asked again; case, dashes and look-alike letters do not matter."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL)
    await scene.operator.respond()
    await scene.terminal.shows(QUESTION)
    scene.terminal.type("k7qf\n")
    await scene.terminal.shows("eight letters and digits")
    scene.terminal.type("k7qf 2mOp\n")
    assert await scene.operator.confirmation() == "K7QF-2M0P"
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0
    assert "Ready" in scene.terminal.printed


async def test_a_code_that_the_operator_does_not_take_is_asked_again(scene: Scene) -> None:
    """An operator that still waits for the code, having seen this one, means another."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL)
    await scene.operator.respond()
    await scene.operator.say("Unknown", "AwaitingConfirmation")
    await scene.terminal.shows(QUESTION)
    scene.terminal.type("K7QF-2M9Q\n")
    assert await scene.operator.confirmation() == "K7QF-2M9Q"
    await scene.operator.say("Unknown", "AwaitingConfirmation")
    await scene.terminal.shows("Once more: ")
    scene.terminal.type("K7QF-2M9P\n")
    await until(lambda: confirmed(scene, "K7QF-2M9P"))
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0


async def confirmed(scene: Scene, code: str) -> bool:
    """Tell whether the consent holds a code."""
    return bool((await scene.operator.consent())["spec"].get("confirmation") == code)


async def test_an_operator_that_wants_no_code_gets_none(scene: Scene) -> None:
    """Where its setting does without, nobody is asked."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL, confirmationRequired=False)
    await scene.operator.respond()
    await scene.operator.connect()
    assert await scene.terminal.ended() == 0
    assert QUESTION not in scene.terminal.shown


async def test_a_verdict_while_the_question_stands_ends_it(scene: Scene) -> None:
    """Nobody types a code for a consent that is over."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL)
    await scene.operator.respond()
    await scene.terminal.shows(QUESTION)
    await scene.operator.say("False", "Expired", "Nobody typed the code in time")
    assert await scene.terminal.ended() == 1
    assert "Expired: Nobody typed the code in time" in scene.terminal.shown


async def test_an_interruption_takes_the_consent_back(scene: Scene) -> None:
    """Ctrl-C ends the command with status 130, while it waits and while it asks, and leaves no consent."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL)
    await scene.operator.respond()
    await scene.terminal.shows(QUESTION)
    scene.terminal.type(CTRL_C)
    assert await scene.terminal.ended() == 130
    assert "interrupted" in scene.terminal.shown
    assert await scene.operator.consents() == []


async def test_a_consent_that_somebody_deletes_ends_the_command(scene: Scene) -> None:
    """It says so at once, instead of waiting for nothing."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    consent = await scene.operator.fill(scene.hosted, URL)
    await scene.link()
    await scene.operator.delete(consent)
    assert await scene.terminal.ended() == 1
    assert "somebody deleted it" in scene.terminal.shown


async def test_time_is_the_api_servers(scene: Scene) -> None:
    """What the operator's expiry says ends the wait, whatever the time limit of the command."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name, "--no-browser")
    await scene.operator.fill(scene.hosted, URL, expirationTime="2020-01-01T00:00:00Z")
    assert await scene.terminal.ended() == 1
    assert "The time for this consent is over" in scene.terminal.shown
    assert await scene.operator.consents() == []
