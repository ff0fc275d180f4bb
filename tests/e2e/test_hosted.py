"""Whole flows through the consent server: from the command to a token that is refreshed."""

import asyncio
import itertools
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import BrowserContext, Page, expect
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.token_journal import at_once, stale_presentations, times_presented
from tests.e2e.conftest import NewScenario
from tests.e2e.scenario import ANN, FlowScenario
from tests.support.hop import hop_to
from tests.support.secrecy import Kind

SECRETS = {Kind.TICKET, Kind.STATE, Kind.CODE, Kind.CONFIRMATION, Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN}


async def test_a_user_authorizes_a_connector(scenario: FlowScenario, tab: Page) -> None:
    """oidc-provider: what is granted is shown, each step is served by the other replica, and the token is good."""
    client = scenario.client(scenario.hosted)
    await scenario.add_connector(client)
    await scenario.wait_for_consent_required()
    status = await scenario.status()
    assert status["redirectURI"] == scenario.hosted
    assert status["consentURL"] == f"{scenario.site.url}/connector/{scenario.namespace.name}/crm"
    await scenario.authorize()
    await scenario.look(tab)
    text = await tab.inner_text("main")
    for shown in (client.id, f"127.0.0.1:{scenario.server.port}", "read", "crm-token", f":{ANN}"):
        assert shown in text
    await scenario.pictures(tab, "hosted-1-details")
    await scenario.resume(tab)
    await scenario.answer(tab, folder="e2e/oidc-provider")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")
    await scenario.pictures(tab, "hosted-2-code")
    await scenario.confirm(tab)
    token = await scenario.connected()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorized")
    await scenario.pictures(tab, "hosted-3-connected")
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(token))
    assert scenario.secrecy.kinds() >= SECRETS
    steps = [turn for _, path, turn in scenario.site.balancer.served if not path.startswith("/assets/")]
    assert all(one != other for one, other in itertools.pairwise(steps)), scenario.site.balancer.served
    await _grant_is_kept(scenario)
    assert (await scenario.status())["consent"]["account"] == scenario.server.username
    await _refreshes_by_itself(scenario, token)
    journal = scenario.server.journal(client)
    assert [entry.result for entry in journal] == ["granted"] * len(journal)
    assert max(times_presented(journal).values()) == 1
    assert (at_once(journal), stale_presentations(journal)) == ([], [])


async def test_a_provider_accepts_pushed_requests_only(scenario: FlowScenario, tab: Page) -> None:
    """The browser leaves with a reference; one that comes back and continues again gets another (RFC 9126)."""
    client = scenario.client(scenario.hosted)
    scenario.server.put_client(replace(client, metadata={"require_pushed_authorization_requests": True}))
    await scenario.add_connector(client)
    left: list[str] = []
    tab.on("request", lambda request: left.append(request.url) if "request_uri=" in request.url else None)
    await scenario.authorize()
    for _ in range(2):
        await tab.goto("about:blank")
        await scenario.look(tab)
        await scenario.resume(tab)
    assert len({parse_qs(urlsplit(url).query)["request_uri"][0] for url in left}) == 2
    assert all(parse_qs(urlsplit(url).query).keys() == {"client_id", "request_uri"} for url in left)
    await scenario.answer(tab)
    await scenario.confirm(tab)
    token = await scenario.connected()
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(token))


async def _grant_is_kept(scenario: FlowScenario) -> None:
    status = await scenario.status()
    assert status["consent"]["requestedBy"] == f"system:serviceaccount:{scenario.namespace.name}:{ANN}"
    state = await scenario.namespace.get("secrets", "crm-oauth-state")
    assert state is not None
    assert state["type"] == "oauthconnector.dev/state"
    assert [owner["name"] for owner in state["metadata"]["ownerReferences"]] == ["crm"]
    ready = (await scenario.consent())["status"]["conditions"][0]
    assert (ready["status"], ready["reason"]) == ("True", "Authorized")


async def _refreshes_by_itself(scenario: FlowScenario, token: str) -> None:
    before = await scenario.namespace.values("crm-oauth-state") or {}
    after = await scenario.another_token(token)
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(after))
    rotated = await scenario.namespace.values("crm-oauth-state") or {}
    assert rotated["refresh_token"] != before["refresh_token"]
    await scenario.namespace.wait_for_conditions("crm", Ready="TokenIssued", RefreshLate="RefreshLate")


async def test_a_user_authorizes_a_connector_at_canaille(
    new_scenario: NewScenario, canaille: AuthorizationServer, another_browser: BrowserContext
) -> None:
    """Another server, with a login of two pages, and a browser that the command opens: the same ending."""
    tab = await another_browser.new_page()  # Canaille's pages break their own Content-Security-Policy
    scenario = await new_scenario(canaille)
    await scenario.add_connector(scenario.client(scenario.hosted))
    await scenario.look(tab, await scenario.authorize_in_browser())
    await scenario.resume(tab)
    await scenario.answer(tab, folder="e2e/canaille")
    await scenario.confirm(tab)
    token = await scenario.connected()
    assert await asyncio.to_thread(canaille.is_live, SecretStr(token))
    await _grant_is_kept(scenario)
    await _refreshes_by_itself(scenario, token)


async def test_a_provider_that_redirects_across_two_hosts(scenario: FlowScenario, tab: Page) -> None:
    """Cookies (SameSite=Lax) and the pages' Content-Security-Policy hold, whatever hosts lie between."""
    async with hop_to(scenario.server.authorization_url) as hop:
        await scenario.add_connector(scenario.client(scenario.hosted), authorizationURL=hop.endpoint)
        await scenario.authorize()
        await scenario.look(tab)
        await expect(tab.get_by_role("button", name=f"Continue to 127.0.0.1:{hop.port}")).to_be_visible()
        await scenario.resume(tab)
        assert hop.seen == [f"127.0.0.1:{hop.port}", f"localhost:{hop.port}"]
        await scenario.answer(tab)
        await scenario.confirm(tab)
        token = await scenario.connected()
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(token))


async def test_a_new_consent_over_a_valid_grant_leaves_no_gap(scenario: FlowScenario, tab: Page) -> None:
    """During a new consent the Secret holds a valid token; afterwards it holds the new grant's token."""
    client = scenario.client(scenario.hosted)
    await scenario.add_connector(client)
    first = await scenario.connect(tab)
    seen: list[str] = []

    async def watch() -> None:
        while True:
            seen.append(json.dumps(await scenario.namespace.values("crm-token")))
            await asyncio.sleep(0.05)

    watching = asyncio.ensure_future(watch())
    second = await scenario.connect(tab)
    assert not watching.done()
    watching.cancel()
    assert second != first
    assert len(seen) > 1
    assert all('"access_token"' in values for values in seen)
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(second))
    codes = [entry for entry in scenario.server.journal(client) if entry.kind == "code"]
    assert [entry.result for entry in codes] == ["granted", "granted"]
    assert len({entry.grant for entry in codes}) == 2
