"""A person in a browser: every page, on two replicas of which each step is served by the other one."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from oauth_connector.api.consent import ConsentReason
from tests.support.browser import inspect
from tests.support.cluster import Namespace
from tests.support.consent_site import Asked, ConsentSite, ask
from tests.support.two_hosts import CODE, TwoHosts


async def open_link(tab: Page, site: ConsentSite, asked: Asked) -> None:
    """Open the link that the requester was given."""
    await tab.goto(site.url + asked.fragment)


async def go_on(tab: Page, provider: TwoHosts) -> None:
    """Say that one wants to go to the provider, and wait to be there."""
    await tab.get_by_role("button", name=f"Continue to {provider.host}").click()
    await tab.wait_for_url(re.compile("/sign-in"))


async def test_a_person_says_yes_and_sees_it_through(
    tab: Page, consent_site: ConsentSite, asked: Asked, provider: TwoHosts
) -> None:
    """From the link to success: details, the provider on two hosts, the code, the end; each step by the other replica."""
    served = consent_site.balancer.served
    served.clear()
    wrong = []
    await open_link(tab, consent_site, asked)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Connect zoho?")
    assert tab.url == consent_site.url + asked.path, "the ticket is out of the address bar"
    text = await tab.inner_text("main")
    for told in ("alice@corp.example", "1000.EXAMPLE", "ZohoCRM.settings.READ", "zoho-token", "accounts.example.com"):
        assert told in text
    await tab.get_by_text("complain about the redirect URI").click()
    await expect(tab.get_by_label("Redirect URI")).to_contain_text(f"/oauth/callback/{asked.namespace.name}/zoho")
    wrong += await inspect(tab, "details")
    await go_on(tab, provider)
    assert provider.asked[0]["code_challenge_method"] == "S256"
    assert provider.asked[0]["prompt"] == "consent"
    provider.extra["accounts-server"] = "https://accounts.example.eu"
    await tab.reload()
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Type this code")
    assert urlsplit(tab.url).query == ""
    wrong += await inspect(tab, "code")
    answer = await asked.answer()
    assert answer.code.get_secret_value() == CODE
    assert answer.ticket.get_secret_value() == asked.ticket
    assert dict(answer.parameters) == {"accounts-server": "https://accounts.example.eu"}
    await expect(tab.get_by_label("Confirmation code")).to_have_text(answer.confirmation)
    await asked.namespace.edit("oauthconsents", asked.name, {"spec": {"confirmation": answer.confirmation}})
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Almost there")
    wrong += await inspect(tab, "working")
    await asked.conclude("True", ConsentReason.CONNECTED, "OAuthConnector `zoho` is connected.")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Connected")
    await expect(tab.get_by_role("status")).to_have_text("Connected")
    wrong += await inspect(tab, "connected")
    steps = [(method, turn) for method, path, turn in served if not path.startswith("/assets/")]
    assert {turn for _, turn in steps} == {0, 1}
    assert wrong == []
    assert asked.ticket not in consent_site.logged()
    assert CODE not in consent_site.logged()


async def test_the_page_waits_for_the_operator(
    tab: Page, namespace: Namespace, consent_site: ConsentSite, provider: TwoHosts
) -> None:
    """While the request is not there, the page says so, asks again by itself, and goes on."""
    asked = await ask(namespace)
    await open_link(tab, consent_site, asked)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Getting ready")
    wrong = await inspect(tab, "wait")
    await asked.fill(consent_site.url, provider.endpoint)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Connect zoho?")
    assert wrong == []
