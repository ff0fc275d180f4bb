"""Looking names up: at once for many, once for all who ask for the same, and none waits for another."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import pytest

from oauth_connector.net.resolver import THREADS_PER_DOMAIN, Resolver, UnresolvedError
from oauth_connector.oauth.signals import Symptom

ENTRY = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))


class Names:
    """Name servers: `slow.*` resolves when `gate` opens, `no.*` does not exist, every other name has one address."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[tuple[Any, ...]]:
        """Resolve a name."""
        self.asked.append(host)
        if host.startswith("slow."):
            self.gate.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no response")
        if host.startswith("no."):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [ENTRY]


async def test_an_unanswered_name_delays_no_other() -> None:
    """A hundred connections wait for one unanswered name; another name is resolved meanwhile, with two threads."""
    names = Names()
    resolver = Resolver(names, threads=2)
    waiting = [asyncio.create_task(resolver.resolve("slow.example")) for _ in range(100)]
    assert await resolver.resolve("live.example") == (ip_address("192.0.2.1"),)
    names.gate.set()
    failed = await asyncio.gather(*waiting, return_exceptions=True)
    assert {error.symptom for error in failed if isinstance(error, UnresolvedError)} == {Symptom.RESOLUTION_FAILED}
    assert names.asked.count("slow.example") == 1
    resolver.close()


async def test_a_cancelled_look_up_keeps_the_response_for_others() -> None:
    """A look-up continues for the other callers when the first caller is out of time."""
    names = Names()
    resolver = Resolver(names)
    first, second = (asyncio.create_task(resolver.resolve("slow.example")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    names.gate.set()
    with pytest.raises(UnresolvedError):
        await second
    resolver.close()


async def test_an_answer_is_not_remembered() -> None:
    """A name is resolved for each connection, because its address may have changed."""
    names = Names()
    resolver = Resolver(names)
    await resolver.resolve("live.example")
    await resolver.resolve("live.example")
    assert names.asked == ["live.example"] * 2
    resolver.close()


async def test_an_unknown_name_differs_from_an_unanswered_one() -> None:
    """The first is a spelling mistake as a rule; the second is temporary."""
    resolver = Resolver(Names())
    with pytest.raises(UnresolvedError) as raised:
        await resolver.resolve("no.example")
    assert raised.value.symptom is Symptom.HOST_NOT_FOUND
    resolver.close()


async def test_a_literal_address_needs_no_name_server() -> None:
    """An address resolves to itself."""
    names = Names()
    resolver = Resolver(names)
    assert await resolver.resolve("192.0.2.7") == (ip_address("192.0.2.7"),)
    assert await resolver.resolve("2001:db8::1") == (ip_address("2001:db8::1"),)
    assert names.asked == []
    resolver.close()


async def test_the_names_of_one_unanswered_zone_use_few_threads() -> None:
    """A tenant's hundred names in it leave threads for the look-ups of others."""
    names = Names()
    resolver = Resolver(names)
    waiting = [asyncio.create_task(resolver.resolve(f"slow.{n}.zone.example")) for n in range(100)]
    while len(names.asked) < THREADS_PER_DOMAIN:
        await asyncio.sleep(0.01)
    assert await resolver.resolve("live.example.com")
    names.gate.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(names.asked) == THREADS_PER_DOMAIN + 1
    resolver.close()
