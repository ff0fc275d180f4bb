"""Whole flows that redirect to the requester's own machine, or in which the user pastes the response."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from pydantic import SecretStr

from devtools.authorization_servers.registrations import Authentication
from devtools.local.free_port import free_port
from tests.e2e.scenario import QUESTION, FlowScenario
from tests.support.browser import inspect

PASTE = "Paste it and press Enter (the input is not shown): "


@pytest.mark.parametrize("authentication", ["none", "client_secret_post"])
async def test_the_redirect_goes_to_this_machine(
    scenario: FlowScenario, tab: Page, authentication: Authentication
) -> None:
    """A public client with PKCE works like a confidential one; the user types no code."""
    back = f"http://127.0.0.1:{free_port()}/oauth/callback/{scenario.namespace.name}/crm"
    await scenario.add_connector(scenario.client(back, authentication), code={"redirectURI": back})
    link = await scenario.authorize()
    assert link.startswith(scenario.server.authorization_url)
    assert "request_uri=urn" in link, "oidc-provider offers pushed requests"
    assert "state=" not in link
    tab.on("request", lambda request: scenario.secrecy.add_redirect(request.url))
    await tab.goto(link)
    await scenario.answer(tab)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Back to the terminal")
    assert tab.url == back, "the code is out of the address bar"
    if authentication == "none":
        assert await inspect(tab, "e2e/loopback-done") == []
    token = await scenario.connected()
    assert QUESTION not in scenario.terminal.shown
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(token))
    assert scenario.site.balancer.served == []


async def test_a_user_pastes_the_address_of_the_redirect(scenario: FlowScenario, tab: Page) -> None:
    """The consent server, where the browser ends, takes nothing; the address is copied, and the terminal hides it."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    tab.on("request", lambda request: scenario.secrecy.add_redirect(request.url))
    await tab.goto(await scenario.authorize("--paste"))
    await scenario.answer(tab)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("This browser did not start the authorization")
    await scenario.terminal.wait_for_output(PASTE)
    scenario.terminal.type(f"{tab.url}\n")
    token = await scenario.connected()
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(token))
