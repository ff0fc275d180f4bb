"""Requests through a real egress proxy (proxy.py)."""

import asyncio
from pathlib import Path

import pytest
import uvloop

from devtools.local.free_port import free_port
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.egress_proxy import EgressProxy
from oauth_connector.net.fetch import OutgoingRequest, fetch
from oauth_connector.net.probe import probe
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.certificates import make_tls
from tests.support.forward_proxy import BLOCKED, forward_proxy, write_credentials
from tests.support.polling import eventually
from tests.support.raw_server import serve_bytes
from tests.support.tls_target import LIMITS, TOKEN, send, serve_target


@pytest.mark.parametrize(("host", "seen"), [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")])
async def test_a_request_goes_through_the_proxy(tmp_path: Path, host: str, seen: str) -> None:
    """The proxy sees the target, and neither the request nor a credential; the target sees none of the proxy."""
    async with serve_target(tmp_path) as target, forward_proxy(tmp_path) as proxy:
        allowed = [*target.by_name(), *target.by_address()]
        egress = Egress(allowed, proxy=EgressProxy(proxy.url, (), write_credentials(tmp_path / "secret")))
        url = f"https://{host}:{target.server.port}/token"
        answer = await send(egress, url, TLSOptions(target.authority))
        assert isinstance(answer, HTTPResponse)
        await eventually(lambda: proxy.targets == [f"{seen}:{target.server.port}"])
    (head,) = target.server.heads
    assert b"Basic c4n4ry-client" in head
    assert b"proxy" not in head.lower()
    assert "c4n4ry" not in proxy.log.read_text().replace(str(tmp_path), "")


@pytest.mark.parametrize("loop", [uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def test_a_proxy_with_tls_needs_its_own_authority(tmp_path: Path, loop: object) -> None:
    """There are two handshakes, one within the other; the authorities of a connector do not count for the proxy."""

    async def request() -> tuple[HTTPResponse | Signal, ...]:
        files = make_tls(tmp_path / "proxy-tls")
        credentials = write_credentials(tmp_path / "secret")
        async with serve_target(tmp_path) as target, forward_proxy(tmp_path, files) as proxy:
            url, trust = f"https://localhost:{target.server.port}/token", TLSOptions(target.authority)
            both = TLSOptions(target.authority + files.ca.read_text())
            good = EgressProxy(proxy.url, (), credentials, files.ca)
            bad = EgressProxy(proxy.url, (), credentials)
            return (
                await send(Egress(target.by_name(), proxy=good), url, trust),
                await send(Egress(target.by_name(), proxy=bad), url, both),
            )

    with asyncio.Runner(loop_factory=loop) as runner:  # type: ignore[arg-type]  # both return a loop
        good, bad = runner.run(request())
    assert isinstance(good, HTTPResponse)
    assert bad == Signal(Symptom.PROXY_TLS_FAILED)


async def test_changed_credentials_apply_to_the_next_connection(tmp_path: Path) -> None:
    """A kubelet replaces the files. Missing ones, and wrong ones, are reported as rejected, and nothing is sent."""
    async with serve_target(tmp_path) as target, forward_proxy(tmp_path) as proxy:
        folder = write_credentials(tmp_path / "secret", password="wrong")  # it is
        egress = Egress(target.by_name(), proxy=EgressProxy(proxy.url, (), folder))
        url, trust = f"https://localhost:{target.server.port}/token", TLSOptions(target.authority)
        rejected = await send(egress, url, trust)
        (folder / "password").unlink()
        missing = await send(egress, url, trust)
        write_credentials(folder)
        accepted = await send(egress, url, trust)
    assert rejected == missing == Signal(Symptom.PROXY_CREDENTIALS_REJECTED)
    assert isinstance(accepted, HTTPResponse)
    assert target.server.connections == 1


async def test_the_proxy_says_what_it_does_not_allow_or_reach(tmp_path: Path) -> None:
    """A target that it refuses differs from one that it cannot connect to."""
    closed = free_port()
    async with forward_proxy(tmp_path) as proxy:
        allowed = [AllowedDestination(host=BLOCKED), AllowedDestination(host="localhost", ports=(closed,))]
        egress = Egress(allowed, proxy=EgressProxy(proxy.url, (), write_credentials(tmp_path / "secret")))
        refused = await send(egress, f"https://{BLOCKED}/token", TLSOptions())
        unreached = await send(egress, f"https://localhost:{closed}/token", TLSOptions())
    assert refused == Signal(Symptom.PROXY_REFUSED)
    assert unreached == Signal(Symptom.PROXY_CANNOT_CONNECT)


async def test_what_no_proxy_names_and_what_has_no_tls_is_connected_to_directly(tmp_path: Path) -> None:
    """The proxy is away, and both requests succeed."""
    away = f"http://127.0.0.1:{free_port()}"
    async with serve_target(tmp_path) as target, serve_bytes(TOKEN) as plain:
        url, trust = f"https://localhost:{target.server.port}/token", TLSOptions(target.authority)
        for bypassed in (("localhost",), ("*.invalid", "localhost")):
            proxy = EgressProxy(away, bypassed)
            assert isinstance(await send(Egress(target.by_address(), proxy=proxy), url, trust), HTTPResponse)
        open_to_http = [AllowedDestination(cidr="127.0.0.0/8", ports=(plain.port,), http=True)]
        egress = Egress(open_to_http, proxy=EgressProxy(away))
        assert isinstance(await send(egress, plain.url(), TLSOptions()), HTTPResponse)


async def test_proxies_of_the_environment_are_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the setting counts: a variable of the Pod changes no way of a request."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with serve_target(tmp_path) as target:
        url = f"https://localhost:{target.server.port}/token"
        assert isinstance(await send(Egress(target.by_address()), url, TLSOptions(target.authority)), HTTPResponse)


async def test_each_identity_has_a_tunnel_of_its_own(tmp_path: Path) -> None:
    """Two sets of TLS options open two tunnels, whatever the proxy keeps open."""
    async with serve_target(tmp_path) as target, forward_proxy(tmp_path) as proxy:
        egress = Egress(target.by_name(), proxy=EgressProxy(proxy.url, (), write_credentials(tmp_path / "secret")))
        pools = ConnectionPools(egress)
        request = OutgoingRequest("POST", f"https://localhost:{target.server.port}/token")
        for trust in (target.authority, target.authority + "\n"):
            assert isinstance(await fetch(pools, request, TLSOptions(trust), LIMITS), HTTPResponse)
        assert len(pools._entries) == 2
        await pools.aclose()
        await eventually(lambda: len(proxy.targets) == 2)
    assert target.server.connections == 2


async def test_a_probe_says_which_hop_fails(tmp_path: Path) -> None:
    """It takes the way of a request: through the proxy, with the certificate of the target."""
    async with serve_target(tmp_path) as target, forward_proxy(tmp_path) as proxy:
        setting = EgressProxy(proxy.url, (), write_credentials(tmp_path / "secret"))
        egress, url = Egress(target.by_name(), proxy=setting), f"https://localhost:{target.server.port}/token"
        good = await probe(url, egress, TLSOptions(target.authority))
        assert (good.problem, good.proxy, good.addresses) == (None, proxy.url, ())
        assert good.certificates
        untrusted = await probe(url, egress, TLSOptions())
        assert untrusted.problem is Symptom.CERTIFICATE_UNTRUSTED
        assert untrusted.certificates == good.certificates
        write_credentials(tmp_path / "secret", "nobody")
        rejected = await probe(url, egress, TLSOptions(target.authority))
        assert rejected.problem is Symptom.PROXY_CREDENTIALS_REJECTED
