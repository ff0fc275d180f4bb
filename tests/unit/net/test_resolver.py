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
    """Name servers: `dead.*` is answered when `gate` opens, `no.*` does not exist, the rest has one address."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[tuple[Any, ...]]:
        """Look a name up."""
        self.asked.append(host)
        if host.startswith("dead."):
            self.gate.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "nobody answered")
        if host.startswith("no."):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [ENTRY]


async def test_a_name_that_nobody_answers_for_holds_up_no_other() -> None:
    """A hundred connections wait for one dead name, and a live one is resolved meanwhile, with two threads in all."""
    names = Names()
    resolver = Resolver(names, threads=2)
    waiting = [asyncio.create_task(resolver.resolve("dead.example")) for _ in range(100)]
    assert await resolver.resolve("live.example") == (ip_address("192.0.2.1"),)
    names.gate.set()
    failed = await asyncio.gather(*waiting, return_exceptions=True)
    assert {error.symptom for error in failed if isinstance(error, UnresolvedError)} == {Symptom.RESOLUTION_FAILED}
    assert names.asked.count("dead.example") == 1
    resolver.close()


async def test_one_who_gives_up_takes_the_answer_from_nobody() -> None:
    """A look-up goes on for the others when the first who asked is out of time."""
    names = Names()
    resolver = Resolver(names)
    first, second = (asyncio.create_task(resolver.resolve("dead.example")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    names.gate.set()
    with pytest.raises(UnresolvedError):
        await second
    resolver.close()


async def test_an_answer_is_not_remembered() -> None:
    """What a name means is asked for each connection: it may have moved."""
    names = Names()
    resolver = Resolver(names)
    await resolver.resolve("live.example")
    await resolver.resolve("live.example")
    assert names.asked == ["live.example"] * 2
    resolver.close()


async def test_a_name_that_does_not_exist_is_told_from_one_that_is_not_answered() -> None:
    """The first is a spelling mistake as a rule, the second passes."""
    resolver = Resolver(Names())
    with pytest.raises(UnresolvedError) as told:
        await resolver.resolve("no.example")
    assert told.value.symptom is Symptom.HOST_NOT_FOUND
    resolver.close()


async def test_a_literal_needs_nobody() -> None:
    """An address is its own answer."""
    names = Names()
    resolver = Resolver(names)
    assert await resolver.resolve("192.0.2.7") == (ip_address("192.0.2.7"),)
    assert await resolver.resolve("2001:db8::1") == (ip_address("2001:db8::1"),)
    assert names.asked == []
    resolver.close()


async def test_the_names_of_one_dead_zone_take_few_threads() -> None:
    """A tenant's hundred names in it leave the others' look-ups their threads."""
    names = Names()
    resolver = Resolver(names)
    waiting = [asyncio.create_task(resolver.resolve(f"dead.{n}.zone.example")) for n in range(100)]
    while len(names.asked) < THREADS_PER_DOMAIN:
        await asyncio.sleep(0.01)
    assert await resolver.resolve("live.example.com")
    names.gate.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(names.asked) == THREADS_PER_DOMAIN + 1
    resolver.close()
