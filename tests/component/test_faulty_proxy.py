"""The proxy through which tests break things, in front of a server that answers every request in the same way."""

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
    """A server that numbers the requests it gets."""

    def __init__(self) -> None:
        self.served = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer anything."""
        self.served += 1
        return web.json_response({"number": self.served, "host": request.host, "issuer": f"http://{request.host}"})


@dataclass(frozen=True, slots=True)
class Scene:
    """A client, a proxy, a server; the client keeps its connections, as the operator's does."""

    client: aiohttp.ClientSession
    proxy: FaultyProxy
    upstream: Upstream
    origin: str

    def call(self, **changes: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Make a token call through the proxy."""
        return self.client.post(f"{self.proxy.origin}/token?q=1", data=GRANT | changes, allow_redirects=False)

    async def ask(self) -> tuple[int, bytes]:
        """Make a token call through the proxy; gives status and body."""
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


async def test_nothing_scripted_passes_and_reaches_the_server_under_its_own_name(scene: Scene) -> None:
    """Without faults the server's answer comes back, and the server sees its own host, not the proxy's."""
    status, body = await scene.ask()
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
async def test_answer_instead_of_the_server_keeps_the_request_from_it(
    fault: Fault, status: int, body: bytes, scene: Scene
) -> None:
    """An answer in the server's place is what the client gets, and the server hears of nothing."""
    scene.proxy.script(fault)
    assert await scene.ask() == (status, body)
    assert scene.upstream.served == 0


async def test_retry_after_is_told_as_given(scene: Scene) -> None:
    """A Retry-After travels as it was scripted, be it seconds or a date."""
    scene.proxy.script(rate_limited("Wed, 21 Oct 2026 07:28:00 GMT"))
    async with scene.call() as response:
        assert response.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


async def test_invented_token_has_the_members_asked_for(scene: Scene) -> None:
    """A token response can be given any member, to be as odd as a provider's."""
    scene.proxy.script(token(expires_in="3599"))
    async with scene.call() as response:
        assert (await response.json())["expires_in"] == "3599"


async def test_wrong_charset_is_neither_utf_8_nor_hidden(scene: Scene) -> None:
    """A response in UTF-16 says so, and its bytes are not JSON as RFC 8259 has it."""
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
async def test_broken_connection_is_an_error_to_the_client(fault: Fault, served: int, scene: Scene) -> None:
    """Whether the server heard of a request that broke is as scripted."""
    scene.proxy.script(fault)
    with pytest.raises(aiohttp.ClientError):
        await scene.ask()
    assert scene.upstream.served == served


SPOILT = {
    "as it is": (Pass(), b'{"number": 1, "host"'),
    "with another body": (Replace(b"{}"), b"{}"),
    "drop by drop": (Drip(size=7, every=0), b'{"number": 1, "host"'),
    "late": (Delay(0.01), b'{"number": 1, "host"'),
}


@pytest.mark.parametrize(("fault", "start"), SPOILT.values(), ids=SPOILT)
async def test_spoilt_answer_comes_whole_and_the_server_has_served(fault: Fault, start: bytes, scene: Scene) -> None:
    """A fault that comes after the server costs the server's work, as a token that was issued."""
    scene.proxy.script(fault)
    status, body = await scene.ask()
    assert (status, body[:20], scene.upstream.served) == (200, start, 1)


async def test_endless_body_flows_until_the_client_has_enough(scene: Scene) -> None:
    """A client may read as much as it likes, and go; the proxy serves on."""
    scene.proxy.script(Endless())
    async with scene.call() as response:
        assert len(await response.content.readexactly(2**20)) == 2**20
        response.close()
    assert (await scene.ask())[0] == 200


async def test_scripts_are_used_up_in_order_before_the_lasting_fault(scene: Scene) -> None:
    """Each scripted fault befalls one request; then comes what is always so, until it is ended."""
    scene.proxy.script(unavailable(), Pass())
    scene.proxy.always(rate_limited())
    seen = [(await scene.ask())[0] for _ in range(4)]
    scene.proxy.always(Pass())
    assert [*seen, (await scene.ask())[0]] == [503, 200, 429, 429, 200]


async def test_metadata_names_the_proxy_and_is_spared_the_faults_of_token_calls(scene: Scene) -> None:
    """A client that was given the proxy as its issuer finds the proxy in the metadata."""
    scene.proxy.always(unavailable())
    url = scene.proxy.through(f"{scene.origin}/.well-known/oauth-authorization-server")
    async with scene.client.get(url) as response:
        assert (await response.json())["issuer"] == scene.proxy.origin


async def test_down_refuses_and_up_again_serves_on_the_same_port(scene: Scene) -> None:
    """A proxy that was down comes back where it was, to clients with old connections too."""
    await scene.ask()
    await scene.proxy.down()
    with pytest.raises(aiohttp.ClientError):
        await scene.ask()
    await scene.proxy.up()
    assert (await scene.ask())[0] == 200


async def test_going_down_breaks_a_request_in_flight(scene: Scene) -> None:
    """A request that waits for its answer is not left hanging."""
    scene.proxy.script(Delay(3600))
    call = asyncio.create_task(scene.ask())
    await scene.proxy.token_calls_reach(1)
    await scene.proxy.down()
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_unreachable_server_is_a_bad_gateway(scene: Scene, unused_tcp_port: int) -> None:
    """A proxy whose server is gone says so, as proxies do."""
    url = f"http://127.0.0.1:{unused_tcp_port}/token"
    async with faulty_proxy(url) as proxy, scene.client.post(proxy.through(url)) as response:
        assert response.status == 502


async def test_requests_are_noted_without_a_secret(scene: Scene) -> None:
    """What is remembered tells parameters by name only, and equal credentials by an equal digest."""
    await scene.ask()
    await scene.ask()
    async with scene.call(password="hunter3"):
        pass
    first, second, third = scene.proxy.token_calls
    assert (first.method, first.path, first.grant_type) == ("POST", "/token", "password")
    assert first.parameters == ("grant_type", "password", "username")
    assert first.credentials == second.credentials != third.credentials
    assert not any(value in repr(scene.proxy.requests) for value in ("alice", "hunter"))
    assert len(scene.proxy.gaps()) == 2
    assert min(scene.proxy.gaps()) > 0


async def test_proxy_with_a_certificate_is_https(scene: Scene, tmp_path: Path) -> None:
    """A proxy with a certificate by a private authority serves who trusts that authority."""
    tls = make_tls(tmp_path)
    async with faulty_proxy(scene.origin, tls=tls) as proxy:
        trust = ssl.create_default_context(cafile=tls.ca)
        async with scene.client.post(proxy.through(f"{scene.origin}/token"), ssl=trust) as response:
            assert response.status == 200


async def test_expired_certificate_is_refused_by_a_client_that_looks(scene: Scene, tmp_path: Path) -> None:
    """A certificate for no days at all has expired."""
    tls = make_tls(tmp_path, days=0)
    async with faulty_proxy(scene.origin, tls=tls) as proxy:
        with pytest.raises(aiohttp.ClientConnectorCertificateError, match="expired"):
            await scene.client.post(proxy.origin, ssl=ssl.create_default_context(cafile=tls.ca))
