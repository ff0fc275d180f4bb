"""Zoho on loopback, as its documentation describes it: data centers, accounts, and the API.

It responds to errors with status 200, requires scopes separated by commas and the client's secret in the form, and
names the user's data center in the redirect. It does not run on Zoho's hosts: a connector of a test names the preset
and these addresses.
"""

import html
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from devtools.authorization_servers.registrations import TLS
from tests.support.zoho_accounts import Authorization, ConsentResponse, ZohoAccounts, ZohoClient

HOST = "127.0.0.1"
PREFIX = "Zoho-oauthtoken "
API = "/crm/v8/users"

_PAGE = """<!doctype html><html lang="en"><title>Zoho</title>
<h1>{client} would like to access</h1><p>{scopes}</p>
<form method="post"><button name="decision" value="accept">Accept</button>
<button name="decision" value="reject">Reject</button></form>"""


@asynccontextmanager
async def zoho(
    data_centers: Iterable[str] = ("us", "eu"), *, home: str = "us", tls: TLS | None = None, at_once: bool = False
) -> AsyncIterator["Zoho"]:
    """Start Zoho with these data centers, each on a port of its own; `at_once` skips the consent page."""
    server = Zoho(ZohoAccounts(time.monotonic, home), at_once=at_once)
    try:
        for name in data_centers:
            await server.open(name, tls)
        yield server
    finally:
        await server.close()


class Zoho:
    """The data centers; use `zoho(…)` to start them. `token_calls` are data center and grant of each token request."""

    def __init__(self, accounts: ZohoAccounts, *, at_once: bool) -> None:
        self.accounts = accounts
        self.origins: dict[str, str] = {}
        self.token_calls: list[tuple[str, str]] = []
        self._at_once = at_once
        self._runners: list[web.AppRunner] = []

    def provider(self, data_center: str = "us") -> dict[str, str]:
        """Return `spec.provider` of a connector whose client is registered in a data center."""
        at = self.origins[data_center]
        return {
            "preset": "Zoho",
            "authorizationURL": f"{at}/oauth/v2/auth",
            "tokenURL": f"{at}/oauth/v2/token",
            "revocationURL": f"{at}/oauth/v2/token/revoke",
        }

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of all data centers."""
        return tuple(urlsplit(origin).port or 0 for origin in self.origins.values())

    async def open(self, data_center: str, tls: TLS | None) -> None:
        """Open a data center on a free port."""
        app = web.Application()
        center = _DataCenter(self, data_center, at_once=self._at_once)
        app.router.add_get("/oauth/serverinfo", center.server_info)
        app.router.add_route("*", "/oauth/v2/auth", center.authorize)
        app.router.add_post("/oauth/v2/token", center.token)
        app.router.add_post("/oauth/v2/token/revoke", center.revoke)
        app.router.add_get(API, center.users)
        runner = web.AppRunner(app)
        self._runners.append(runner)
        await runner.setup()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
        if context is not None and tls is not None:
            context.load_cert_chain(tls.certificate, tls.key)
        await web.TCPSite(runner, HOST, 0, ssl_context=context).start()
        self.origins[data_center] = f"{'https' if tls else 'http'}://{HOST}:{runner.addresses[0][1]}"

    async def close(self) -> None:
        """Close all data centers."""
        for runner in self._runners:
            await runner.cleanup()


class _DataCenter:
    """The endpoints of one data center."""

    def __init__(self, whole: Zoho, name: str, *, at_once: bool) -> None:
        self._whole = whole
        self._accounts = whole.accounts
        self._name = name
        self._at_once = at_once

    async def server_info(self, _request: web.Request) -> web.Response:
        """Return the list of data centers."""
        return web.json_response({"result": "success", "locations": self._whole.origins})

    # --- the browser --------------------------------------------------------------------------------------------
    async def authorize(self, request: web.Request) -> web.Response:
        """Redirect to the user's data center, show the consent page there, and redirect to the client."""
        if self._name != self._accounts.home:
            raise web.HTTPFound(self._whole.origins[self._accounts.home] + request.raw_path)
        asked = self._read_request(request)
        if isinstance(asked, str):
            return web.Response(text=f"<h1>{asked}</h1>", content_type="text/html", status=400)
        decision = (await request.post()).get("decision")
        if decision is None and self._accounts.needs_consent(asked) and not self._at_once:
            page = _PAGE.format(client=html.escape(asked.client.id), scopes=html.escape(asked.scopes))
            return web.Response(text=page, content_type="text/html")
        raise web.HTTPFound(self._back(request, asked, rejected=decision == "reject"))

    def _read_request(self, request: web.Request) -> Authorization | str:
        """Read a request; raise the page that is shown if there is no client to redirect to."""
        query = request.query
        client = self._accounts.client(query.get("client_id", ""))
        if client is None:
            return "Invalid Client ID"
        if query.get("redirect_uri") not in client.redirect_uris:
            return "Invalid Redirect Uri"
        if query.get("response_type") != "code":
            return "Invalid Response Type"
        scopes = query.get("scope", "")
        if not scopes or " " in scopes or any(scope.count(".") < 1 for scope in scopes.split(",")):
            return "Invalid OAuth Scope: scope does not exist"
        offline, prompted = query.get("access_type") == "offline", query.get("prompt") == "consent"
        return Authorization(client, query["redirect_uri"], scopes, offline, prompted)

    def _back(self, request: web.Request, asked: Authorization, *, rejected: bool) -> str:
        code = None if rejected else self._accounts.new_code(asked)
        at_home = {"location": self._name, "accounts-server": self._whole.origins[self._name]}
        said = {"error": "access_denied"} if code is None else {"code": code, **at_home}
        state = {"state": request.query["state"]} if "state" in request.query else {}
        return f"{asked.redirect_uri}?{urlencode({**state, **said})}"

    # --- the client ---------------------------------------------------------------------------------------------
    async def token(self, request: web.Request) -> web.Response:
        """Respond to a token request; a refusal has status 200 too."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        grant = form.get("grant_type", "")
        self._whole.token_calls.append((self._name, grant))
        client = self._accounts.client(form.get("client_id", ""))
        if client is None:
            return web.json_response({"error": "invalid_client"})
        if form.get("client_secret") != client.secret:
            return web.json_response({"error": "invalid_client_secret"})
        answer = self._granted(client, grant, form)
        domain = {"api_domain": self._whole.origins[self._name]} if "access_token" in answer else {}
        return web.json_response({**answer, **domain})

    def _granted(self, client: ZohoClient, grant: str, form: dict[str, str]) -> ConsentResponse:
        if grant == "authorization_code":
            return self._accounts.redeem(client, form.get("code", ""), form.get("redirect_uri", ""), self._name)
        if grant == "refresh_token":
            return self._accounts.refresh(client, form.get("refresh_token", ""), self._name)
        return {"error": "general_error"}

    async def revoke(self, request: web.Request) -> web.Response:
        """Revoke a token in the query or the form."""
        form = await request.post()
        known = self._accounts.revoke(request.query.get("token") or str(form.get("token", "")))
        return web.json_response({"status": "success"} if known else {"error": "invalid_code"})

    async def users(self, request: web.Request) -> web.Response:
        """Respond to an API request with a token after Zoho's own prefix."""
        shown = request.headers.get("Authorization", "")
        if not shown.startswith(PREFIX) or not self._accounts.is_live(shown.removeprefix(PREFIX)):
            refusal = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"}
            return web.json_response(refusal, status=401)
        return web.json_response({"users": [{"full_name": "Ann Example", "status": "active"}]})
