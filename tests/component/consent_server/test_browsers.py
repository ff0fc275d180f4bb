"""Unusual browsers: another way to the page, no script, no TLS, a network that fails."""

import re

from playwright.async_api import Browser, Page, expect

from tests.component.consent_server.navigation import open_link, resume
from tests.support.browser import SCREENSHOTS, inspect
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas, RequestedConsent, ask
from tests.support.two_host_provider import TwoHostProvider


async def test_the_link_works_after_going_back_from_the_provider(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """The ticket is nowhere in the history: the page before the provider's still knows it, or asks for the link."""
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    await tab.go_back()
    await expect(tab.get_by_role("heading", level=1)).to_have_text(
        re.compile("The link is not complete|Redirecting to")
    )
    assert asked.ticket not in tab.url
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")


async def test_without_scripts_the_page_shows_another_command(
    browser: Browser, consent_site: ConsentServerReplicas, asked: RequestedConsent
) -> None:
    """The fragment needs a script; without it there is another way, and the page names it."""
    context = await browser.new_context(java_script_enabled=False, ignore_https_errors=True)
    page = await context.new_page()
    await page.goto(consent_site.url + asked.fragment)
    await expect(page.locator("main")).to_contain_text("This page needs JavaScript")
    await expect(page.locator("main")).to_contain_text("--paste")
    await expect(page.locator(".scripted")).to_be_hidden()
    await page.screenshot(path=SCREENSHOTS / "no-script-desktop-light.png", full_page=True)
    await context.close()


async def test_cookies_work_over_plain_http_on_loopback(
    tab: Page, namespace: Namespace, plain_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """A demonstration has no TLS: browsers refuse the prefix there, so the names go without; the way is the same."""
    asked = await ask(namespace)
    await asked.fill(plain_site.url, provider.endpoint)
    await open_link(tab, plain_site, asked)
    await resume(tab, provider)
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")
    cookies = await tab.context.cookies()
    assert {cookie["name"][:9] for cookie in cookies} == {"oac-here", "oac-done-"}
    assert all(cookie["httpOnly"] for cookie in cookies)


async def test_behind_tls_cookies_are_bound_to_the_host(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """Chromium stores them as Secure, for this host only, and not for scripts; the flow's cookie is deleted."""
    await open_link(tab, consent_site, asked)
    await resume(tab, provider)
    under_way = {cookie["name"]: cookie["sameSite"] for cookie in await tab.context.cookies()}
    assert under_way.pop("__Host-oac-here") == "Strict"
    [(flow, same_site)] = under_way.items()
    assert same_site == "Lax"
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")
    cookies = await tab.context.cookies()
    assert flow not in {cookie["name"] for cookie in cookies}
    assert all(cookie["secure"] and cookie["httpOnly"] and cookie["name"].startswith("__Host-") for cookie in cookies)


async def test_an_unreachable_server_can_be_retried(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent
) -> None:
    """A network that fails between page and script gets a page with a button, and the ticket is still known."""
    await tab.route(
        "**/connect/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    await open_link(tab, consent_site, asked)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("The server cannot be reached")
    wrong = await inspect(tab, "offline")
    await tab.unroute("**/connect/**")
    await tab.get_by_role("button", name="Try again").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorize zoho?")
    assert wrong == []


async def test_the_link_to_the_provider_can_be_clicked(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """A browser that does not redirect by itself shows a link."""
    await tab.route(f"{provider.endpoint}**", lambda route: route.fulfill(status=204))
    await open_link(tab, consent_site, asked)
    await tab.get_by_role("button").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text(f"Redirecting to {provider.host}")
    wrong = await inspect(tab, "leave")
    await tab.unroute(f"{provider.endpoint}**")
    await tab.get_by_role("link", name=f"Go to {provider.host}").click()
    await tab.wait_for_url(re.compile("/sign-in"))
    assert wrong == []


async def test_a_link_in_a_mail_works(
    tab: Page, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """The Strict cookie is set where another site's link leads, and is there when the page's own script asks."""
    await tab.goto(f"http://localhost:{provider.port}/sign-in?redirect_uri=x&state=x")
    link = consent_site.url + asked.fragment
    await tab.evaluate("link => { document.querySelector('#yes').href = link }", link)
    await tab.click("#yes")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorize zoho?")


async def test_it_cannot_be_framed(
    browser: Browser, consent_site: ConsentServerReplicas, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """TH16: another site's frame stays empty."""
    tab = await browser.new_page(ignore_https_errors=True)
    await tab.goto(f"http://localhost:{provider.port}/sign-in?redirect_uri=x&state=x")
    await tab.evaluate(
        "link => document.body.append(Object.assign(document.createElement('iframe'), {src: link}))",
        consent_site.url + asked.fragment,
    )
    await expect(tab.locator("iframe")).to_be_visible()
    frame = tab.frames[-1]
    await frame.wait_for_load_state()
    assert "OAuth Connector" not in await frame.content()
    await tab.close()
