"""A user of an authorization server, over HTTP, who logs in and consents or denies."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal, Protocol

from devtools.authorization_servers.registrations import RegisteredUser
from tests.support.http_browser import Browser, Form, Page, browser

MOST_PAGES = 6

UserDecision = Literal["accept", "deny"]
BUTTONS = {"accept": ("accept", "approve"), "deny": ("deny",)}
"""The values of a consent page's buttons."""


class LoginSite(Protocol):
    """What a user needs of an authorization server."""

    @property
    def ca(self) -> Path | None:
        """The certificate of the private authority, if any."""

    @property
    def user(self) -> RegisteredUser:
        """The server's first user."""


class UnexpectedPage(Exception):  # noqa: N818  # named for what is so
    """A page has no form to fill in: an error page, as a rule."""

    def __init__(self, page: Page) -> None:
        super().__init__(f"{page.url.partition('?')[0]} answered {page.status} and asks nothing that can be answered")
        self.page = page


async def visit(
    server: LoginSite,
    url: str,
    redirect_uri: str,
    user: RegisteredUser | None = None,
    says: UserDecision = "accept",
) -> str:
    """Open a link in a new window and go through the server's pages as a user, by default the server's first.

    Return the address of the redirect, with its query; it is not requested. Raises `UnexpectedPage`.
    """
    async with browser(server.ca, stop=redirect_uri) as window:
        page = await answer(window, await window.open(url), user or server.user, says)
    return page.url


async def enter_code(
    server: LoginSite, url: str, code: str, user: RegisteredUser | None = None, says: UserDecision = "accept"
) -> Page:
    """Open the page for devices in a new window, and enter a user code (RFC 8628 §3.3). Return the last page.

    Raises `UnexpectedPage` for a wrong code.
    """
    async with browser(server.ca) as window:
        page = await window.open(url)
        page = await window.submit(_form(page, ["user_code"]), {"user_code": code})
        page = await window.submit(_form(page, ["user_code"]), {})
        try:
            return await answer(window, page, user or server.user, says)
        except UnexpectedPage as last:  # the flow ends without a redirect
            return last.page


async def answer(window: Browser, page: Page, user: RegisteredUser, says: UserDecision = "accept") -> Page:
    """Continue from a page of an authorization server, up to the address at which the browser stops.

    Raises `UnexpectedPage`, also after a wrong password.
    """
    known = {"username": user.username, "login": user.username, "password": user.password.get_secret_value()}
    for _ in range(MOST_PAGES):
        if page.arrived:
            return page
        form = _form(page, known)
        answers = {name: known[name] for name in form.fields if name in known}
        if "password" in answers:
            del known["password"]
        button = next((button for button in form.buttons if button[1] in BUTTONS[says]), None)
        page = await window.submit(form, answers, button)
    raise UnexpectedPage(page)


def _form(page: Page, known: Collection[str]) -> Form:
    """Find the form of the page: consent or login."""
    for form in page.forms:
        values = {value for _, value in form.buttons}
        consents = all(values & set(words) for words in BUTTONS.values())
        if consents or (form.method == "POST" and any(name in known for name in form.fields)):
            return form
    raise UnexpectedPage(page)
