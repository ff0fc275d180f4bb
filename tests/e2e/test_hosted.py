"""Whole flows through the consent service: from the command to a token that keeps itself fresh."""

import asyncio
import itertools
import json

from playwright.async_api import BrowserContext, Page, expect
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.token_journal import at_once, outdated, times_presented
from tests.e2e.conftest import NewStage
from tests.e2e.scenario import ANN, Stage
from tests.support.hop import hop_to
from tests.support.secrecy import Kind

SECRETS = {Kind.TICKET, Kind.STATE, Kind.CODE, Kind.CONFIRMATION, Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN}


async def test_a_person_connects_an_account(stage: Stage, tab: Page) -> None:
    """oidc-provider: what is granted is shown, each step is served by the other replica, and the token is good."""
    client = stage.client(stage.hosted)
    await stage.add_connector(client)
    await stage.waits_for_a_person()
    status = await stage.status()
    assert status["redirectURI"] == stage.hosted
    assert status["consentURL"] == f"{stage.site.url}/connector/{stage.namespace.name}/crm"
    await stage.authorize()
    await stage.look(tab)
    text = await tab.inner_text("main")
    for told in (client.id, f"127.0.0.1:{stage.server.port}", "read", "crm-token", f":{ANN}"):
        assert told in text
    await stage.pictures(tab, "hosted-1-details")
    await stage.go_on(tab)
    await stage.answer(tab, folder="e2e/oidc-provider")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Type this code")
    await stage.pictures(tab, "hosted-2-code")
    await stage.confirm(tab)
    token = await stage.connected()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Connected")
    await stage.pictures(tab, "hosted-3-connected")
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(token))
    assert stage.secrecy.kinds() >= SECRETS
    steps = [turn for _, path, turn in stage.site.balancer.served if not path.startswith("/assets/")]
    assert all(one != other for one, other in itertools.pairwise(steps)), stage.site.balancer.served
    await _grant_is_kept(stage)
    assert (await stage.status())["consent"]["account"] == stage.server.username
    await _refreshes_by_itself(stage, token)
    journal = stage.server.journal(client)
    assert [entry.result for entry in journal] == ["granted"] * len(journal)
    assert max(times_presented(journal).values()) == 1
    assert (at_once(journal), outdated(journal)) == ([], [])


async def _grant_is_kept(stage: Stage) -> None:
    status = await stage.status()
    assert status["consent"]["requestedBy"] == f"system:serviceaccount:{stage.namespace.name}:{ANN}"
    state = await stage.namespace.get("secrets", "crm-oauth-state")
    assert state is not None
    assert state["type"] == "oauthconnector.dev/state"
    assert [owner["name"] for owner in state["metadata"]["ownerReferences"]] == ["crm"]
    ready = (await stage.consent())["status"]["conditions"][0]
    assert (ready["status"], ready["reason"]) == ("True", "Authorized")


async def _refreshes_by_itself(stage: Stage, token: str) -> None:
    before = await stage.namespace.values("crm-oauth-state") or {}
    after = await stage.another_token(token)
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(after))
    rotated = await stage.namespace.values("crm-oauth-state") or {}
    assert rotated["refresh_token"] != before["refresh_token"]
    await stage.namespace.shows("crm", Ready="TokenIssued")


async def test_a_person_connects_an_account_at_canaille(
    new_stage: NewStage, canaille: AuthorizationServer, another_browser: BrowserContext
) -> None:
    """Another server, with a login of two pages, and a browser that the command opens: the same ending."""
    tab = await another_browser.new_page()  # Canaille's pages break their own Content-Security-Policy
    stage = await new_stage(canaille)
    await stage.add_connector(stage.client(stage.hosted))
    await stage.look(tab, await stage.authorize_in_browser())
    await stage.go_on(tab)
    await stage.answer(tab, folder="e2e/canaille")
    await stage.confirm(tab)
    token = await stage.connected()
    assert await asyncio.to_thread(canaille.is_live, SecretStr(token))
    await _grant_is_kept(stage)
    await _refreshes_by_itself(stage, token)


async def test_a_provider_that_sends_the_browser_across_two_hosts(stage: Stage, tab: Page) -> None:
    """Cookies (SameSite=Lax) and the pages' Content-Security-Policy hold, whatever hosts lie between."""
    async with hop_to(stage.server.authorization_url) as hop:
        await stage.add_connector(stage.client(stage.hosted), authorizationURL=hop.endpoint)
        await stage.authorize()
        await stage.look(tab)
        await expect(tab.get_by_role("button", name=f"Continue to 127.0.0.1:{hop.port}")).to_be_visible()
        await stage.go_on(tab)
        assert hop.seen == [f"127.0.0.1:{hop.port}", f"localhost:{hop.port}"]
        await stage.answer(tab)
        await stage.confirm(tab)
        token = await stage.connected()
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(token))


async def test_consent_again_over_a_living_grant_leaves_no_gap(stage: Stage, tab: Page) -> None:
    """While a person consents anew the Secret holds a good token; then it is the new grant's."""
    client = stage.client(stage.hosted)
    await stage.add_connector(client)
    first = await stage.connect(tab)
    seen: list[str] = []

    async def watch() -> None:
        while True:
            seen.append(json.dumps(await stage.namespace.values("crm-token")))
            await asyncio.sleep(0.05)

    watching = asyncio.ensure_future(watch())
    second = await stage.connect(tab)
    assert not watching.done()
    watching.cancel()
    assert second != first
    assert len(seen) > 1
    assert all('"access_token"' in values for values in seen)
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(second))
    codes = [entry for entry in stage.server.journal(client) if entry.kind == "code"]
    assert [entry.result for entry in codes] == ["granted", "granted"]
    assert len({entry.grant for entry in codes}) == 2
