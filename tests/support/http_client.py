"""A browser at the level of HTTP: it keeps cookies, follows no redirect, and can be made to misbehave."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import aiohttp
from yarl import URL

_FAILURE = re.compile('data-failure="([A-Za-z]+)"')
_PAGE = re.compile('data-page="([a-z]+)"')
_ONWARD = re.compile('id="onward" class="button" href="([^"]+)"')


@dataclass(frozen=True)
class PageResponse:
    """A response."""

    status: int
    text: str
    headers: Mapping[str, str]
    set_cookies: list[str]

    @property
    def failure(self) -> str:
        """The failure that the page is about, or nothing."""
        found = _FAILURE.search(self.text)
        return found.group(1) if found else ""

    @property
    def page(self) -> str:
        """Which page it is."""
        found = _PAGE.search(self.text)
        return found.group(1) if found else ""

    @property
    def onward(self) -> str:
        """The link to the provider."""
        found = _ONWARD.search(self.text)
        assert found, self.text
        return unescape(found.group(1))

    @property
    def state(self) -> str:
        """The `state` in that link."""
        return parse_qs(urlsplit(self.onward).query)["state"][0]


@dataclass
class HTTPClient:
    """A user with a separate browser."""

    session: aiohttp.ClientSession
    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    origin: str = ""

    async def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None
    ) -> PageResponse:
        """Ask for something, with the cookies that are kept."""
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {}
        address = URL(self.url + path, encoded=True)
        given = {**sent, **(headers or {})}
        async with self.session.request(
            method, address, headers=given, data=data, allow_redirects=False, ssl=False
        ) as answer:
            fresh = answer.headers.getall("Set-Cookie", [])
            self._keep(fresh)
            return PageResponse(answer.status, await answer.text(), dict(answer.headers), fresh)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> PageResponse:
        """Open a page."""
        return await self.request("GET", path, headers)

    async def post(
        self, path: str, headers: Mapping[str, str] | None = None, *, ticket: str = "", go: bool = False
    ) -> PageResponse:
        """Do what the script does: show the ticket, or `go` on with it."""
        fields = {"ticket": ticket, **({"continue": "yes"} if go else {})}
        return await self.request("POST", path, {"Origin": self.origin or self.url, **(headers or {})}, fields)

    async def prove(self, path: str, ticket: str) -> PageResponse:
        """Open a link: the page, and then its ticket."""
        await self.get(path)
        return await self.post(path, ticket=ticket)

    async def begin(self, path: str, ticket: str) -> PageResponse:
        """Open a link, and continue to the provider."""
        await self.get(path)
        return await self.post(path, ticket=ticket, go=True)

    def _keep(self, fresh: list[str]) -> None:
        for line in fresh:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


@asynccontextmanager
async def open_client(url: str) -> AsyncIterator[HTTPClient]:
    """Return a visitor without any past."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield HTTPClient(session, url)
