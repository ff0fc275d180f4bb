"""The memory of the operator while the provider of one tenant sends all that it can."""

import asyncio
from pathlib import Path

from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.greedy_provider import GreedyProvider, greedy_provider
from tests.support.manual_consent import ManualConsent
from tests.support.operator_process import OperatorProcess

MIB = 2**20

MOST_GROWTH = 96 * MIB
"""Bytes by which the memory of the operator may grow; its limit in the chart is 512 MiB, and at rest it has 80."""

FURTHER = 24 * MIB
"""Bytes that the provider sends once each connector has had its first response."""

MOST_KEPT = FURTHER
"""Bytes by which the memory may grow during that. Texts that are kept take more than their bytes."""

EACH = 16
"""Connectors of each kind."""

FAILING = 6 * EACH
"""Connectors whose provider fails: their requests cost the API server least."""

LARGE = {
    "scopes": [f"{index}-{'s' * 500}" for index in range(40)],
    "tokenParameters": {f"p{index}": "v" * 2000 for index in range(16)},
}


async def test_what_a_provider_sends_does_not_stay_in_memory(
    namespace: Namespace, start_operator: StartOperator
) -> None:
    """Metadata, tokens, errors and registrations of the largest size, for connectors with large specs."""
    async with greedy_provider() as provider:
        operator = await start_operator(int(provider.origin.rpartition(":")[2]), publicURL="http://127.0.0.1:8460")
        await namespace.add_secret("robot", client_secret="s3cret")
        before = _measure(operator)
        await _add_connectors(namespace, provider)

        await until(lambda: _has_answered_all(provider), within=60)
        first, sent = _measure(operator), provider.sent
        await until(lambda: _has_sent(provider, sent + FURTHER), within=60)
        last = _measure(operator)
        assert (await operator.page("/healthz"))[0] == 200
        shown = f"{[size // MIB for size in (before, first, last)]} MiB, {provider.sent // MIB} MiB in {provider.calls}"
        assert last - before < MOST_GROWTH, shown
        assert last - first < MOST_KEPT, shown


async def _has_answered_all(provider: GreedyProvider) -> bool:
    kinds = ("resource", "metadata", "token", "registration")
    return provider.calls.get("error", 0) >= FAILING and all(provider.calls.get(kind, 0) >= EACH for kind in kinds)


async def _has_sent(provider: GreedyProvider, size: int) -> bool:
    return provider.sent >= size


async def _add_connectors(namespace: Namespace, provider: GreedyProvider) -> None:
    fields = [{"name": f"field{index}", "key": f"field{index}"} for index in range(16)]
    client = {"id": "robot", "secretRef": {"name": "robot"}}
    granted = {"grantType": "ClientCredentials", "client": client, **LARGE}

    async def add(number: int) -> None:
        issuer, resource = (f"{provider.origin}/{kind}{number}" for kind in ("issuer", "resource"))
        published = {**granted, "provider": {"issuer": issuer}, "output": {"responseFields": fields}}
        await namespace.add_connector(f"issuer{number}", published)
        agent = {"grantType": "AuthorizationCode", "provider": {"resource": resource}}
        await namespace.add_connector(f"agent{number}", agent)
        await ManualConsent.create(namespace, f"agent{number}")

    await asyncio.gather(*(add(number) for number in range(EACH)))
    await namespace.add_connectors(
        "fail", FAILING, {**granted, "provider": {"tokenURL": f"{provider.origin}/x/refused"}}
    )


def _measure(operator: OperatorProcess) -> int:
    """Return the resident memory of the operator in bytes."""
    lines = Path(f"/proc/{operator.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024
