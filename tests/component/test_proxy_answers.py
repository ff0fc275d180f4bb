"""What a proxy answers to CONNECT, from prepared bytes, and what is decided before a request to it."""

import pytest

from devtools.local.free_port import free_port
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.egress_proxy import EgressProxy
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.resolver import Resolver
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom, is_unspent
from oauth_connector.oauth.token import HTTPResponse
from tests.support.raw_server import serve_bytes
from tests.support.tls_target import TOKEN, send


def refuse_names(_host: str) -> list[tuple[object, ...]]:
    """Know no name, as in a cluster without DNS for the outside."""
    raise OSError("no such name")


HEAD = b"Content-Type: application/json\r\n"
ERROR, GRANTED = b'{"error": "invalid_grant"}', b'{"access_token": "t", "token_type": "Bearer"}'
ANSWERS = {
    "407": (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Symptom.PROXY_CREDENTIALS_REJECTED),
    "403": (b"HTTP/1.1 403 Forbidden\r\n\r\n", Symptom.PROXY_REFUSED),
    "403, an OAuth error": (b"HTTP/1.1 403 Forbidden\r\n" + HEAD + b"\r\n" + ERROR, Symptom.PROXY_REFUSED),
    "400, an OAuth error": (b"HTTP/1.1 400 Bad Request\r\n" + HEAD + b"\r\n" + ERROR, Symptom.PROXY_REFUSED),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n", Symptom.PROXY_REFUSED),
    "429": (b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 9\r\n\r\n", Symptom.PROXY_REFUSED),
    "502": (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", Symptom.PROXY_CANNOT_CONNECT),
    "503 of HTTP/1.0": (b"HTTP/1.0 503 Service Unavailable\r\n\r\n", Symptom.PROXY_CANNOT_CONNECT),
    "504": (b"HTTP/1.1 504 Gateway Timeout\r\n\r\n", Symptom.PROXY_CANNOT_CONNECT),
    "a token instead of a tunnel": (b"HTTP/1.1 200 OK\r\n" + HEAD + b"\r\n" + GRANTED, Symptom.PROXY_UNREACHABLE),
    "bytes for the request": (b"HTTP/1.1 200 OK\r\n\r\n" + TOKEN, Symptom.PROXY_UNREACHABLE),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Symptom.PROXY_UNREACHABLE),
    "an endless head": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, Symptom.PROXY_UNREACHABLE),
    "nothing": (b"", Symptom.PROXY_UNREACHABLE),
}


@pytest.mark.parametrize(("answer", "symptom"), ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_of_the_proxy_is_never_one_of_the_provider(answer: bytes, symptom: Symptom) -> None:
    """Whatever a proxy answers to CONNECT is a symptom, and a rotating request counts as not sent."""
    async with serve_bytes(answer) as server:
        allowed = [AllowedDestination(host="login.corp.example")]
        egress = Egress(allowed, proxy=EgressProxy(f"http://127.0.0.1:{server.port}"))
        signal = await send(egress, "https://login.corp.example/token", TLSOptions())
    assert signal == Signal(symptom)
    assert is_unspent(Signal(symptom))
    assert server.heads[0].startswith(b"CONNECT login.corp.example:443 HTTP/1.1\r\nHost: login.corp.example:443\r\n")
    assert b"c4n4ry" not in server.heads[0]


async def test_a_proxy_that_is_away_or_silent_is_no_provider_that_is() -> None:
    """No connection, no name and no answer to CONNECT have symptoms of the proxy."""
    allowed = [AllowedDestination(host="login.corp.example")]

    async def send_over(proxy: str) -> HTTPResponse | Signal:
        pools = ConnectionPools(Egress(allowed, proxy=EgressProxy(proxy)))
        try:
            request = OutgoingRequest("POST", "https://login.corp.example/token")
            return await fetch(pools, request, TLSOptions(), RequestLimits(total=8.0, connect=0.2))
        finally:
            await pools.aclose()

    assert await send_over(f"http://127.0.0.1:{free_port()}") == Signal(Symptom.PROXY_UNREACHABLE)
    assert await send_over("http://proxy.invalid:3128") == Signal(Symptom.PROXY_UNREACHABLE)
    async with serve_bytes(close=False) as silent:
        assert await send_over(f"http://127.0.0.1:{silent.port}") == Signal(Symptom.PROXY_CANNOT_CONNECT)
    async with serve_bytes(b"", close=True) as plain:
        assert await send_over(f"https://127.0.0.1:{plain.port}") == Signal(Symptom.PROXY_TLS_FAILED)


async def test_the_target_is_judged_before_connect_is_sent() -> None:
    """A private address is refused, and so is another port; a name that is not resolved here needs an entry."""
    async with serve_bytes(b"HTTP/1.1 200 OK\r\n\r\n") as proxy:
        setting = EgressProxy(f"http://127.0.0.1:{proxy.port}")
        named = [AllowedDestination(host="login.corp.example")]
        for url in ("https://127.0.0.1/", "https://169.254.169.254/", "https://localhost/", "https://[::1]/"):
            assert await send(Egress(named, proxy=setting), url, TLSOptions()) == Signal(
                Symptom.DESTINATION_NOT_ALLOWED
            )
        for allowed, url in (((), "https://login.corp.example/"), (named, "https://login.corp.example:22/")):
            hidden = await send(Egress(allowed, proxy=setting), url, TLSOptions(), Resolver(refuse_names))
            assert hidden == Signal(Symptom.NOT_RESOLVED_HERE)
    assert proxy.connections == 0
