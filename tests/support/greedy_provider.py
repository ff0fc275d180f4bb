"""A provider of a tenant that answers with the largest documents that the operator reads, each time others."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

LARGEST = 255 * 1024
"""Bytes of a response: the operator reads 256 KiB at most."""

LIFETIME = 12
"""Seconds for which a token is valid: it is replaced as often as the operator allows."""


@dataclass
class GreedyProvider:
    """A server for any number of issuers; `sent` are the bytes of its responses, `calls` the requests by their kind."""

    origin: str = ""
    sent: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def show_resource(self, request: web.Request) -> web.Response:
        """Return the metadata of a resource."""
        name = request.match_info["name"]
        scopes = [f"{index}-{'s' * 250}" for index in range(900)]
        return self._fill(
            "resource",
            200,
            resource=f"{self.origin}/{name}",
            authorization_servers=[f"{self.origin}/{name}"],
            scopes_supported=scopes,
        )

    async def show_metadata(self, request: web.Request) -> web.Response:
        """Return the metadata of an issuer, with long endpoints."""
        base = f"{self.origin}/{request.match_info['name']}"
        kinds = ("token", "authorization", "revocation", "introspection", "device_authorization", "registration")
        endpoints = {f"{kind}_endpoint": f"{base}/{kind}?{'q' * 1900}" for kind in kinds}
        return self._fill("metadata", 200, issuer=base, code_challenge_methods_supported=["S256"], **endpoints)

    async def issue(self, _request: web.Request) -> web.Response:
        """Return a token and members of the largest size that is kept."""
        number = next(self._numbers)
        members = {f"field{index}": f"{number}-{'f' * 9000}" for index in range(16)}
        return self._fill("token", 200, access_token=f"{number}-{'t' * 20_000}", expires_in=LIFETIME, **members)

    async def refuse(self, _request: web.Request) -> web.Response:
        """Return an error with long texts, as a server that fails: it is sent another request soon."""
        text = f"{next(self._numbers)}-{'e' * 100_000}"
        return self._fill("error", 503, error="server_error", error_description=text, error_uri=text)

    async def register(self, _request: web.Request) -> web.Response:
        """Return a client with the longest values that are kept."""
        number = next(self._numbers)
        secret, token = f"{number}-{'c' * 4000}", f"{number}-{'r' * 4000}"
        manage = {"registration_client_uri": f"{self.origin}/manage/{number}", "registration_access_token": token}
        return self._fill("registration", 201, client_id=f"{number}-{'i' * 1000}", client_secret=secret, **manage)

    def _fill(self, kind: str, status: int, /, **members: object) -> web.Response:
        """Return a document of the largest size."""
        text = json.dumps(members)
        text = json.dumps({**members, "padding": "p" * max(0, LARGEST - len(text) - 32)})
        self.sent += len(text)
        self.calls[kind] = self.calls.get(kind, 0) + 1
        return web.Response(status=status, text=text, content_type="application/json")


@asynccontextmanager
async def greedy_provider() -> AsyncIterator[GreedyProvider]:
    """Start a provider on a free port of loopback."""
    provider = GreedyProvider()
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/oauth-protected-resource/{name}", provider.show_resource),
            web.get("/.well-known/oauth-authorization-server/{name}", provider.show_metadata),
            web.post("/{name}/token", provider.issue),
            web.post("/{name}/refused", provider.refuse),
            web.post("/{name}/registration", provider.register),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert runner.addresses
        provider.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield provider
    finally:
        await runner.cleanup()
