"""A browser without JavaScript: it follows redirects, keeps cookies, reads forms and links, and sends forms back."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp

MOST_REDIRECTS = 20


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its action, the origin of its page, its fields with values and types, its buttons as pairs."""

    action: str
    method: str
    origin: str
    fields: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was loaded; with `arrived`, only the address at which the browser stopped."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    forms: tuple[Form, ...] = ()
    links: tuple[str, ...] = ()
    arrived: bool = False


class Browser:
    """One window of one user; it follows no redirect to an address that begins with `stop`."""

    def __init__(self, session: aiohttp.ClientSession, stop: str | None = None) -> None:
        self._session = session
        self._stop = stop

    async def open(self, url: str) -> Page:
        """Open an address, unless it begins with `stop`."""
        return await self._go("GET", url)

    async def follow(self, page: Page) -> Page:
        """Go on to the address at which the browser stopped."""
        stop, self._stop = self._stop, None
        try:
            return await self._go("GET", page.url)
        finally:
            self._stop = stop

    async def submit(self, form: Form, answers: Mapping[str, str], button: tuple[str, str] | None = None) -> Page:
        """Submit a form with one of its buttons; `answers` replace the values of its fields."""
        data = {**form.fields, **answers, **dict([button] if button else [])}
        if form.method == "GET":
            return await self._go("GET", form.action, params=data)
        return await self._go("POST", form.action, data=data, headers={"Origin": form.origin})

    async def _go(self, method: str, url: str, **sent: Mapping[str, str]) -> Page:
        for _ in range(MOST_REDIRECTS):
            if self._stop is not None and url.startswith(self._stop):
                return Page(url, HTTPStatus.SEE_OTHER, arrived=True)
            answer, text = await self._ask(method, url, sent)
            if not HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
                return page_of(str(answer.url), answer.status, answer.headers, text)
            method, url, sent = "GET", urljoin(str(answer.url), answer.headers["Location"]), {}
        raise RuntimeError(f"more than {MOST_REDIRECTS} redirects")

    async def _ask(
        self, method: str, url: str, sent: Mapping[str, Mapping[str, str]]
    ) -> tuple[aiohttp.ClientResponse, str]:
        async with self._session.request(
            method,
            urldefrag(url).url,
            allow_redirects=False,
            params=sent.get("params"),
            data=sent.get("data"),
            headers=sent.get("headers"),
        ) as answer:
            return answer, await answer.text()


@asynccontextmanager
async def browser(ca: Path | None = None, stop: str | None = None) -> AsyncIterator[Browser]:
    """Open a window without any cookies; `ca` is trusted in place of the usual authorities."""
    trust = ssl.create_default_context(cafile=ca) if ca else True
    jar = aiohttp.CookieJar(unsafe=True)  # "unsafe" is what aiohttp calls a cookie of an IP address
    async with aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(ssl=trust)) as session:
        yield Browser(session, stop)


def page_of(url: str, status: int, headers: Mapping[str, str], text: str) -> Page:
    """Read a page; addresses in it become absolute."""
    reader = _Reader(url)
    reader.feed(text)
    lower = {name.lower(): value for name, value in headers.items()}
    return Page(url, status, lower, text, tuple(reader.forms), tuple(reader.links))


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, as a browser sends them with a form (RFC 6454 §7)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._url, given.get("action", "") or self._url)
            self.forms.append(Form(action, given.get("method", "get").upper(), origin_of(self._url)))
            self._inside = True
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self._url, given["href"]))
        elif self._inside and tag in ("input", "button") and given.get("name"):
            _put(self.forms[-1], tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


def _put(form: Form, tag: str, given: Mapping[str, str]) -> None:
    name, value = given["name"], given.get("value", "")
    kind = given.get("type", "submit" if tag == "button" else "text")
    if kind == "submit":
        form.buttons.append((name, value))
    elif kind not in ("checkbox", "radio") or "checked" in given:
        form.fields[name] = value
        form.types[name] = kind
