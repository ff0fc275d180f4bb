"""Every page in a browser, on two replicas that serve the steps in turn."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from tests.component.consent_server.navigation import open_link, resume
from tests.support.browser import inspect
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import REQUESTER, ConsentServerReplicas, RequestedConsent, ask
from tests.support.two_host_provider import CODE, TwoHostProvider


async def test_a_user_consents_and_sees_the_result(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """From the link to success: details, a provider of two hosts, the code, the end; each step by the other replica."""
    served = consent_site.balancer.served
    served.clear()
    wrong = []
    await open_link(tab, consent_site, asked)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorize zoho?")
    assert tab.url == consent_site.url + asked.path, "the ticket is out of the address bar"
    text = await tab.inner_text("main")
    for shown in (REQUESTER, "1000.EXAMPLE", "ZohoCRM.settings.READ", "zoho-token", "accounts.example.com"):
        assert shown in text
    await tab.get_by_text("reject the redirect URI").click()
    await expect(tab.get_by_label("Redirect URI")).to_contain_text(f"/oauth/callback/{asked.namespace.name}/zoho")
    wrong += await inspect(tab, "details")
    await resume(tab, provider)
    assert provider.asked[0]["code_challenge_method"] == "S256"
    assert provider.asked[0]["prompt"] == "consent"
    provider.extra["accounts-server"] = "https://accounts.example.eu"
    await tab.reload()
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")
    assert urlsplit(tab.url).query == ""
    wrong += await inspect(tab, "code")
    answer = await asked.answer()
    assert answer.code.get_secret_value() == CODE
    assert answer.ticket.get_secret_value() == asked.ticket
    assert dict(answer.parameters) == {"accounts-server": "https://accounts.example.eu"}
    await expect(tab.get_by_label("Confirmation code")).to_have_text(answer.confirmation)
    await asked.namespace.edit("oauthconsents", asked.name, {"spec": {"confirmation": answer.confirmation}})
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Requesting the token")
    wrong += await inspect(tab, "working")
    await asked.conclude("True", ConsentReason.AUTHORIZED, "OAuthConnector `zoho` is authorized.")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorized")
    await expect(tab.get_by_role("status")).to_have_text("Authorized")
    wrong += await inspect(tab, "connected")
    steps = [(method, turn) for method, path, turn in served if not path.startswith("/assets/")]
    assert {turn for _, turn in steps} == {0, 1}
    assert wrong == []
    assert asked.ticket not in consent_site.read_log()
    assert CODE not in consent_site.read_log()


async def test_the_page_waits_for_the_operator(
    tab: Page, namespace: Namespace, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """While the request does not exist, the page says so, retries by itself and continues."""
    asked = await ask(namespace)
    await open_link(tab, consent_site, asked)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Preparing the request")
    wrong = await inspect(tab, "wait")
    await asked.fill(consent_site.url, provider.endpoint)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorize zoho?")
    assert wrong == []


async def test_failure_pages_show_what_to_do(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """The page for each failure before and after the provider."""
    wrong = []
    title = tab.get_by_role("heading", level=1)
    await tab.goto(consent_site.url + asked.path)
    await expect(title).to_have_text("The link is not complete")
    wrong += await inspect(tab, "ticket-missing")
    await tab.goto(f"{consent_site.url}{asked.path}#{'x' * 43}")
    await expect(title).to_have_text("This link is not valid")
    wrong += await inspect(tab, "link-invalid")
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    await tab.click("#no")
    await expect(title).to_have_text("The provider denied access")
    assert "555" not in await tab.inner_text("body")
    assert urlsplit(tab.url).query == "", "TH15: an unused response leaves the address bar and the history too"
    wrong += await inspect(tab, "denied")
    await tab.reload()
    await expect(title).to_have_text("This browser did not start the authorization")
    await tab.goto(f"{consent_site.url}/oauth/callback/{asked.namespace.name}/zoho?code=c&state=s")
    await expect(title).to_have_text("This browser did not start the authorization")
    assert urlsplit(tab.url).query == "code=c&state=s", "the user copies the address for `--paste`"
    await expect(tab.locator("main")).to_contain_text("do not send it to anyone")
    wrong += await inspect(tab, "flow-lost")
    await asked.conclude("False", ConsentReason.CONNECTOR_SUSPENDED, "OAuthConnector `zoho` is suspended: wake it up")
    await open_link(tab, consent_site, asked)
    await expect(title).to_have_text("This connector cannot be authorized now")
    await expect(tab.locator("main")).to_contain_text("OAuthConnector zoho is suspended: wake it up")
    wrong += await inspect(tab, "suspended")
    await tab.goto(f"{consent_site.url}/connector/{asked.namespace.name}/zoho")
    await expect(title).to_have_text("Authorize zoho")
    wrong += await inspect(tab, "connector")
    assert wrong == []


async def test_a_used_link_and_a_response_of_another_issuer(
    tab: Page, namespace: Namespace, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """A response of another issuer is rejected. After a good one the link is used; the last page may show an error."""
    asked = await ask(namespace)
    await asked.fill(consent_site.url, provider.endpoint, issuer="https://accounts.example.com")
    wrong = []
    title = tab.get_by_role("heading", level=1)
    provider.extra["iss"] = "https://evil.example"
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    await tab.click("#yes")
    await expect(title).to_have_text("The response names another issuer")
    wrong += await inspect(tab, "issuer-mismatch")
    provider.extra["iss"] = "https://accounts.example.com"
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    await tab.click("#yes")
    await expect(title).to_have_text("Enter this code")
    other = await tab.context.new_page()
    await open_link(other, consent_site, asked)
    await expect(other.get_by_role("heading", level=1)).to_have_text("This link was used already")
    wrong += await inspect(other, "used")
    await asked.conclude("False", ConsentReason.CODE_REJECTED, "127.0.0.1 did not accept the code that it had sent")
    await expect(title).to_have_text("Authorization failed")
    wrong += await inspect(tab, "failed")
    assert wrong == []


async def test_the_page_can_be_used_by_keyboard(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent
) -> None:
    """From the details, Tab reaches the button, which shows its focus, and Enter continues."""
    await open_link(tab, consent_site, asked)
    button = tab.get_by_role("button")
    await expect(button).to_be_visible()
    await tab.keyboard.press("Tab")
    await expect(button).to_be_focused()
    assert await button.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    await tab.keyboard.press("Enter")
    await tab.wait_for_url(re.compile("/sign-in"))
