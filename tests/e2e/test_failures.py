"""What a user sees after a denial, in another browser, with a link opened twice, or too late."""

from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, expect

from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from tests.e2e.scenario import FlowScenario
from tests.support.object_aging import ObjectAging
from tests.support.terminal import CTRL_C


async def titled(tab: Page, title: str) -> None:
    """Wait for a page of that title."""
    await expect(tab.get_by_role("heading", level=1)).to_have_text(title)


async def test_a_denial_ends_the_command_and_it_can_be_run_again(scenario: FlowScenario, tab: Page) -> None:
    """Page and command report the denial at once, without a prompt for a code. Another run leads to a token."""
    client = scenario.client(scenario.hosted)
    await scenario.add_connector(client)
    await scenario.authorize()
    await scenario.look(tab)
    await scenario.resume(tab)
    await scenario.answer(tab, "deny")
    await titled(tab, "The provider denied access")
    await expect(tab.locator("main")).to_contain_text("access_denied")
    await expect(tab.get_by_label("Command")).to_contain_text("kubectl oauth authorize crm")
    assert urlsplit(tab.url).query == ""
    await scenario.pictures(tab, "astray-denied")
    assert await scenario.terminal.ended() == 1
    assert "AccessDenied: " in scenario.terminal.shown
    assert "Confirmation code" not in scenario.terminal.shown
    await scenario.authorize()
    await scenario.look(tab)
    await scenario.resume(tab)
    await scenario.answer(tab)
    await scenario.confirm(tab)
    await scenario.connected()
    assert [entry.result for entry in scenario.server.journal(client)] == ["granted"]


async def test_a_callback_in_another_browser_is_rejected(
    scenario: FlowScenario, tab: Page, another_browser: BrowserContext
) -> None:
    """Without the cookie of the flow nothing is taken; the first browser then still ends its flow.

    The endpoints are not discovered, so that the request is not pushed: a provider accepts the reference to a pushed
    request once (RFC 9126, section 4).
    """
    direct, token_url = scenario.server.authorization_url, scenario.server.token_url
    await scenario.add_connector(scenario.client(scenario.hosted), authorizationURL=direct, tokenURL=token_url)
    await scenario.authorize()
    await scenario.look(tab)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    await scenario.resume(tab)
    link = next(url for url in asked if url.startswith(direct))
    other = await another_browser.new_page()
    await other.goto(link)
    await scenario.answer(other)
    await titled(other, "This browser did not start the authorization")
    await expect(other.get_by_label("Command")).to_contain_text(f"authorize crm -n {scenario.namespace.name}")
    await scenario.pictures(other, "astray-other-browser")
    assert "response" not in (await scenario.consent())["status"]
    await scenario.answer(tab)
    await scenario.confirm(tab)
    await scenario.connected()


async def test_a_link_that_is_opened_twice(scenario: FlowScenario, tab: Page, another_browser: BrowserContext) -> None:
    """Two tabs may start; the first consent counts. The other tab reports that, and so does the link afterwards."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.authorize()
    other = await another_browser.new_page()
    for one in (tab, other):
        await scenario.look(one)
        await scenario.resume(one)
    await scenario.answer(tab)
    await titled(tab, "Enter this code")
    await scenario.answer(other)
    await titled(other, "This link was used already")
    await scenario.pictures(other, "astray-used")
    await scenario.confirm(tab)
    await scenario.connected()
    await other.goto("about:blank")
    await other.goto(scenario.link)
    await titled(other, "This link was used already")


async def test_the_consent_url_only_shows_the_command(scenario: FlowScenario, tab: Page) -> None:
    """The page of `status.consentURL` shows how to authorize the connector, and starts no flow."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.wait_for_consent_required()
    await tab.goto((await scenario.status())["consentURL"])
    await titled(tab, "Authorize crm")
    await expect(tab.get_by_label("Command")).to_have_text(f"kubectl oauth authorize crm -n {scenario.namespace.name}")
    await scenario.pictures(tab, "astray-colleague")
    assert await scenario.namespace.items("oauthconsents") == []


async def test_a_wrong_code_can_be_entered_again(scenario: FlowScenario, tab: Page) -> None:
    """After a wrong code the command says so and prompts again."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.authorize()
    await scenario.look(tab)
    await scenario.resume(tab)
    await scenario.answer(tab)
    await titled(tab, "Enter this code")
    await scenario.terminal.wait_for_output("Confirmation code that the last page shows: ")
    scenario.terminal.type("0000-0000\n")
    await scenario.terminal.wait_for_output("The code is not correct. ")
    await scenario.confirm(tab)
    await scenario.connected()


async def test_a_connector_that_is_changed_during_the_flow(scenario: FlowScenario, tab: Page) -> None:
    """The consent no longer matches the connector: page and command say so, and no code is exchanged."""
    client = scenario.client(scenario.hosted)
    await scenario.add_connector(client)
    await scenario.authorize()
    await scenario.look(tab)
    await scenario.resume(tab)
    await scenario.namespace.edit("oauthconnectors", "crm", {"spec": {"scope": "openid offline_access read write"}})
    assert await scenario.terminal.ended() == 1
    assert "ConnectorChanged" in scenario.terminal.shown
    await scenario.answer(tab)
    await titled(tab, "The connector was changed")
    await scenario.pictures(tab, "astray-changed")
    assert scenario.server.journal(client) == ()


async def test_a_consent_that_has_expired(scenario: FlowScenario, tab: Page, object_aging: ObjectAging) -> None:
    """After a quarter of an hour the link is invalid, and the command says to run it again."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.authorize()
    await scenario.look(tab)
    await object_aging.set_age(
        "oauthconsents", scenario.namespace.name, (await scenario.consent())["metadata"]["name"], LIFETIME
    )
    await tab.get_by_role("button", name="Continue to").click()
    await titled(tab, "This link has expired")
    await scenario.pictures(tab, "astray-expired")
    assert await scenario.terminal.ended() == 1


async def test_an_interrupted_command_invalidates_its_link(scenario: FlowScenario, tab: Page) -> None:
    """Ctrl-C deletes the consent: what was a password a moment ago opens nothing."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.authorize()
    await scenario.look(tab)
    scenario.terminal.type(CTRL_C)
    assert await scenario.terminal.ended() == 130
    await tab.get_by_role("button", name="Continue to").click()
    await titled(tab, "This link is not valid")
    await scenario.pictures(tab, "astray-taken-back")
