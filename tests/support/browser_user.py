"""A user at the pages of a real authorization server, in a real browser, who logs in and consents or denies."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page

from devtools.authorization_servers.registrations import RegisteredUser
from tests.support.browser import SCREENSHOTS
from tests.support.http_user import UserDecision

MOST_PAGES = 6
CONSENT = 'button[name=answer][value="{0}"], button[value="{0}"]'


async def answer(
    tab: Page, user: RegisteredUser, server_port: int, says: UserDecision = "accept", folder: str = ""
) -> None:
    """Go through a server's pages until the redirect; `folder` keeps a picture of each."""
    own = re.compile(rf"http://127\.0\.0\.1:{server_port}/")
    await tab.wait_for_url(own)
    for number in range(1, MOST_PAGES + 1):
        if folder:
            await tab.screenshot(path=Path(SCREENSHOTS, f"{folder}-{number}.png"))
        async with tab.expect_navigation():
            await _answered(tab, user, says)
        if not own.match(tab.url):
            return
    raise AssertionError(f"still at {tab.url.partition('?')[0]}: {await tab.inner_text('body')}")


async def _answered(tab: Page, user: RegisteredUser, says: UserDecision) -> None:
    button = tab.locator(CONSENT.format(says))
    if await button.count():
        await button.first.click()
        return
    for name in ("username", "login"):
        field = tab.locator(f"input[name={name}]:visible")
        if await field.count():
            await _fill(tab, field, user.username)
    password = tab.locator("input[name=password]:visible")
    if await password.count():
        await _fill(tab, password, user.password.get_secret_value())
    await tab.locator(
        "form:has(input:visible) button[type=submit], form:has(input:visible) [type=submit]"
    ).first.click()


async def _fill(tab: Page, field: Locator, text: str) -> None:
    """Fill in a field, and wait for its check by the server.

    Canaille checks a field half a second after its last change. Its session is in a cookie: if the response to the
    check arrives after the one to the form, it restores the session of before the form, and the login fails.
    """
    if await field.get_attribute("hx-post") is None:
        await field.fill(text)
        return
    async with tab.expect_response(lambda response: "hx-request" in response.request.headers):
        await field.fill(text)
