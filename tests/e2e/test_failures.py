"""What people see who leave the way: who say no, come by another browser, come twice, or come too late."""

from playwright.async_api import BrowserContext, Page, expect

from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from tests.e2e.scenario import Stage
from tests.support.bygone import Bygone
from tests.support.terminal import CTRL_C


async def titled(tab: Page, title: str) -> None:
    """Wait for a page of that title."""
    await expect(tab.get_by_role("heading", level=1)).to_have_text(title)


async def test_who_refuses_can_begin_again_with_the_same_link(stage: Stage, tab: Page) -> None:
    """The page says that the provider said no, and the link still leads to a yes."""
    client = stage.client(stage.hosted)
    await stage.add_connector(client)
    await stage.authorize()
    await stage.look(tab)
    await stage.go_on(tab)
    await stage.answer(tab, "deny")
    await titled(tab, "The provider said no")
    await expect(tab.locator("main")).to_contain_text("access_denied")
    await stage.pictures(tab, "astray-denied")
    await stage.look(tab)
    await stage.go_on(tab)
    await stage.answer(tab)
    await stage.confirm(tab)
    await stage.connected()
    assert [entry.result for entry in stage.server.journal(client)] == ["granted"]


async def test_a_callback_in_another_browser_is_of_no_use(
    stage: Stage, tab: Page, another_browser: BrowserContext
) -> None:
    """Without the cookie of the flow nothing is taken; the first browser then still ends its flow."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.authorize()
    await stage.look(tab)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    await stage.go_on(tab)
    link = next(url for url in asked if url.startswith(stage.server.authorization_url))
    other = await another_browser.new_page()
    await other.goto(link)
    await stage.answer(other)
    await titled(other, "Your browser does not know of this")
    await expect(other.get_by_label("Command")).to_contain_text(f"authorize crm -n {stage.namespace.name}")
    await stage.pictures(other, "astray-other-browser")
    assert "response" not in (await stage.consent())["status"]
    await stage.answer(tab)
    await stage.confirm(tab)
    await stage.connected()


async def test_a_link_that_is_opened_twice(stage: Stage, tab: Page, another_browser: BrowserContext) -> None:
    """Two tabs may begin; whoever says yes first has it, and the other is told. So is who opens the link afterwards."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.authorize()
    other = await another_browser.new_page()
    for one in (tab, other):
        await stage.look(one)
        await stage.go_on(one)
    await stage.answer(tab)
    await titled(tab, "Type this code")
    await stage.answer(other)
    await titled(other, "This link was used already")
    await stage.pictures(other, "astray-used")
    await stage.confirm(tab)
    await stage.connected()
    await other.goto("about:blank")
    await other.goto(stage.link)
    await titled(other, "This link was used already")


async def test_a_colleague_who_has_the_connectors_link_alone(stage: Stage, tab: Page) -> None:
    """`status.consentURL` shows how to connect it, and begins nothing."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.waits_for_a_person()
    await tab.goto((await stage.status())["consentURL"])
    await titled(tab, "Connect crm")
    await expect(tab.get_by_label("Command")).to_have_text(f"kubectl oauth authorize crm -n {stage.namespace.name}")
    await stage.pictures(tab, "astray-colleague")
    assert await stage.namespace.items("oauthconsents") == []


async def test_a_wrong_code_is_asked_for_again(stage: Stage, tab: Page) -> None:
    """Who types it wrongly is told so, and types it once more."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.authorize()
    await stage.look(tab)
    await stage.go_on(tab)
    await stage.answer(tab)
    await titled(tab, "Type this code")
    await stage.terminal.shows("Confirmation code that the last page shows: ")
    stage.terminal.type("0000-0000\n")
    await stage.terminal.shows("That is not the code of the last page. Once more: ")
    await stage.confirm(tab)
    await stage.connected()


async def test_a_connector_that_is_changed_meanwhile(stage: Stage, tab: Page) -> None:
    """What was agreed to is no longer what would be connected: page and command say so, and nothing is exchanged."""
    client = stage.client(stage.hosted)
    await stage.add_connector(client)
    await stage.authorize()
    await stage.look(tab)
    await stage.go_on(tab)
    await stage.namespace.edit("oauthconnectors", "crm", {"spec": {"scope": "openid offline_access read write"}})
    assert await stage.terminal.ended() == 1
    assert "ConnectorChanged" in stage.terminal.shown
    await stage.answer(tab)
    await titled(tab, "The connector was changed meanwhile")
    await stage.pictures(tab, "astray-changed")
    assert stage.server.journal(client) == ()


async def test_a_consent_that_has_expired(stage: Stage, tab: Page, bygone: Bygone) -> None:
    """After a quarter of an hour the link is of no use, and the command says to run it again."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.authorize()
    await stage.look(tab)
    await bygone.made_ago("oauthconsents", stage.namespace.name, (await stage.consent())["metadata"]["name"], LIFETIME)
    await tab.get_by_role("button", name="Continue to").click()
    await titled(tab, "This link has expired")
    await stage.pictures(tab, "astray-expired")
    assert await stage.terminal.ended() == 1


async def test_an_interrupted_command_takes_its_link_back(stage: Stage, tab: Page) -> None:
    """Ctrl-C deletes the consent: what was a password a moment ago opens nothing."""
    await stage.add_connector(stage.client(stage.hosted))
    await stage.authorize()
    await stage.look(tab)
    stage.terminal.type(CTRL_C)
    assert await stage.terminal.ended() == 130
    await tab.get_by_role("button", name="Continue to").click()
    await titled(tab, "This link is not valid")
    await stage.pictures(tab, "astray-taken-back")
