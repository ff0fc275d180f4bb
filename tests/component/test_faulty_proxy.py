"""The proxy injects faults between a client and a server that answers every request in the same way."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.support.certificates import make_tls
from tests.support.faults import (
    Delay,
    Drip,
    Endless,
    Fault,
    Pass,
    Replace,
    ResetAfter,
    ResetBefore,
    Respond,
    Truncate,
    html,
    in_charset,
    oauth_error,
    rate_limited,
    redirect,
    token,
    unavailable,
)
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy

GRANT = {"grant_type": "password", "username": "alice", "password": "hunter2"}


class Upstream:
    """A server that counts the requests it receives."""

    def __init__(self) -> None:
        self.served = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Respond to any request."""
        self.served += 1
        return web.json_response({"number": self.served, "host": request.host, "issuer": f"http://{request.host}"})


@dataclass(frozen=True, slots=True)
class Scene:
    """A client, a proxy and a server; the client keeps its connections open, as the operator does."""

    client: aiohttp.ClientSession
    proxy: FaultyProxy
    upstream: Upstream
    origin: str

    def call(self, **changes: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Send a token request through the proxy."""
        return self.client.post(f"{self.proxy.origin}/token?q=1", data=GRANT | changes, allow_redirects=False)

    async def request(self) -> tuple[int, bytes]:
        """Send a token request through the proxy; return status and body."""
        async with self.call() as response:
            return response.status, await response.read()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Start the three on free ports."""
    upstream = Upstream()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", upstream.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as client, faulty_proxy(f"{site.name}/token") as proxy:
        yield Scene(client, proxy, upstream, site.name)
    await runner.cleanup()


async def test_without_faults_requests_are_forwarded_with_the_server_host(scene: Scene) -> None:
    """The server's response is returned, and the server receives its own host, not that of the proxy."""
    status, body = await scene.request()
    assert status == 200
    assert scene.origin.removeprefix("http://").encode() in body


INSTEAD = {
    "an answer of one's own": (Respond(418, {}, b"tea"), 418, b"tea"),
    "an OAuth error": (oauth_error("invalid_grant"), 400, b'{"error": "invalid_grant"}'),
    "a web page": (html(), 200, b"<!doctype html><title>Please log in</title>"),
    "a redirect": (redirect("https://example.com/token"), 307, b""),
    "too many requests": (rate_limited("7"), 429, b""),
    "out of service": (unavailable(), 503, b""),
}


@pytest.mark.parametrize(("fault", "status", "body"), INSTEAD.values(), ids=INSTEAD)
async def test_a_scripted_response_replaces_the_server(fault: Fault, status: int, body: bytes, scene: Scene) -> None:
    """The client receives the scripted response, and the server receives no request."""
    scene.proxy.script(fault)
    assert await scene.request() == (status, body)
    assert scene.upstream.served == 0


async def test_retry_after_is_sent_as_scripted(scene: Scene) -> None:
    """It may be seconds or a date."""
    scene.proxy.script(rate_limited("Wed, 21 Oct 2026 07:28:00 GMT"))
    async with scene.call() as response:
        assert response.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


async def test_an_invented_token_response_has_the_scripted_members(scene: Scene) -> None:
    """A token response can have any member."""
    scene.proxy.script(token(expires_in="3599"))
    async with scene.call() as response:
        assert (await response.json())["expires_in"] == "3599"


async def test_a_wrong_charset_is_declared_and_not_utf_8(scene: Scene) -> None:
    """A response in UTF-16 declares its charset, and its bytes are not JSON as RFC 8259 defines it."""
    scene.proxy.script(in_charset("utf-16"))
    async with scene.call() as response:
        assert response.charset == "utf-16"
        assert not (await response.read()).startswith(b"{")


BROKEN = {
    "reset before the server": (ResetBefore(), 0),
    "reset in place of the answer": (ResetAfter(), 1),
    "answer cut short": (Truncate(5), 1),
    "reset after a delay": (Delay(0.01, ResetBefore()), 0),
}


@pytest.mark.parametrize(("fault", "served"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_connection_is_an_error_for_the_client(fault: Fault, served: int, scene: Scene) -> None:
    """The script decides whether the server receives the request first."""
    scene.proxy.script(fault)
    with pytest.raises(aiohttp.ClientError):
        await scene.request()
    assert scene.upstream.served == served


SPOILT = {
    "as it is": (Pass(), b'{"number": 1, "host"'),
    "with another body": (Replace(b"{}"), b"{}"),
    "drop by drop": (Drip(size=7, every=0), b'{"number": 1, "host"'),
    "late": (Delay(0.01), b'{"number": 1, "host"'),
}


@pytest.mark.parametrize(("fault", "start"), SPOILT.values(), ids=SPOILT)
async def test_a_changed_response_is_complete_and_the_server_was_called(
    fault: Fault, start: bytes, scene: Scene
) -> None:
    """A fault after the server costs its work, for example an issued token."""
    scene.proxy.script(fault)
    status, body = await scene.request()
    assert (status, body[:20], scene.upstream.served) == (200, start, 1)


async def test_an_endless_body_ends_when_the_client_closes(scene: Scene) -> None:
    """The client may read any amount and close; the proxy serves other requests."""
    scene.proxy.script(Endless())
    async with scene.call() as response:
        assert len(await response.content.readexactly(2**20)) == 2**20
        response.close()
    assert (await scene.request())[0] == 200


async def test_scripted_faults_apply_in_order_before_the_permanent_one(scene: Scene) -> None:
    """Each scripted fault applies to one request; the permanent fault then applies until it is removed."""
    scene.proxy.script(unavailable(), Pass())
    scene.proxy.always(rate_limited())
    seen = [(await scene.request())[0] for _ in range(4)]
    scene.proxy.always(Pass())
    assert [*seen, (await scene.request())[0]] == [503, 200, 429, 429, 200]


async def test_metadata_names_the_proxy_and_has_no_faults_of_token_requests(scene: Scene) -> None:
    """A client whose issuer is the proxy finds the proxy in the metadata."""
    scene.proxy.always(unavailable())
    url = scene.proxy.through(f"{scene.origin}/.well-known/oauth-authorization-server")
    async with scene.client.get(url) as response:
        assert (await response.json())["issuer"] == scene.proxy.origin


async def test_a_restarted_proxy_has_the_same_port(scene: Scene) -> None:
    """Clients with old connections can use it again."""
    await scene.request()
    await scene.proxy.down()
    with pytest.raises(aiohttp.ClientError):
        await scene.request()
    await scene.proxy.up()
    assert (await scene.request())[0] == 200


async def test_stopping_the_proxy_breaks_a_request_in_flight(scene: Scene) -> None:
    """A request that waits for its response does not hang."""
    scene.proxy.script(Delay(3600))
    call = asyncio.create_task(scene.request())
    await scene.proxy.token_calls_reach(1)
    await scene.proxy.down()
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_unreachable_server_is_a_bad_gateway(scene: Scene, unused_tcp_port: int) -> None:
    """A proxy without its server responds with status 502."""
    url = f"http://127.0.0.1:{unused_tcp_port}/token"
    async with faulty_proxy(url) as proxy, scene.client.post(proxy.through(url)) as response:
        assert response.status == 502


async def test_requests_are_recorded_without_secrets(scene: Scene) -> None:
    """The record has the names of parameters, and an equal digest for equal credentials."""
    await scene.request()
    await scene.request()
    async with scene.call(password="hunter3"):
        pass
    first, second, third = scene.proxy.token_calls
    assert (first.method, first.path, first.grant_type) == ("POST", "/token", "password")
    assert first.parameters == ("grant_type", "password", "username")
    assert first.credentials == second.credentials != third.credentials
    assert not any(value in repr(scene.proxy.requests) for value in ("alice", "hunter"))
    assert len(scene.proxy.gaps()) == 2
    assert min(scene.proxy.gaps()) > 0


async def test_a_proxy_with_a_certificate_serves_https(scene: Scene, tmp_path: Path) -> None:
    """Clients that trust its private authority can connect."""
    tls = make_tls(tmp_path)
    async with faulty_proxy(scene.origin, tls=tls) as proxy:
        trust = ssl.create_default_context(cafile=tls.ca)
        async with scene.client.post(proxy.through(f"{scene.origin}/token"), ssl=trust) as response:
            assert response.status == 200


async def test_an_expired_certificate_is_refused(scene: Scene, tmp_path: Path) -> None:
    """A certificate for no days has expired."""
    tls = make_tls(tmp_path, days=0)
    async with faulty_proxy(scene.origin, tls=tls) as proxy:
        with pytest.raises(aiohttp.ClientConnectorCertificateError, match="expired"):
            await scene.client.post(proxy.origin, ssl=ssl.create_default_context(cafile=tls.ca))
