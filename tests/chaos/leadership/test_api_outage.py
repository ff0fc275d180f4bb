"""The API server is unavailable for all replicas: none acts without a Lease, and one leads afterwards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.leadership.conftest import PRODUCTION, QUICK, Replicas, Robots, is_leading
from tests.support.cluster import until
from tests.support.faulty_api import FaultyAPI, kubeconfig_through
from tests.support.faulty_proxy import FaultyProxy
from tests.support.operator_process import OperatorProcess


async def wait_until_none_leads(*replicas: OperatorProcess) -> None:
    """Wait until no replica leads."""

    async def is_none_leading() -> bool:
        return not any([await is_leading(replica) for replica in replicas])

    await until(is_none_leading, within=60)


@pytest.fixture
def kubeconfig(api_proxy: FaultyAPI, service_account: Path, tmp_path: Path) -> Path:
    """Return a kubeconfig that leads to the API server by the proxy."""
    return kubeconfig_through(api_proxy, service_account, tmp_path)


@pytest.mark.parametrize(("intervals", "outage"), [(QUICK, 24), (PRODUCTION, 72)], ids=["quick", "a minute"])
async def test_no_replica_acts_without_the_api_server_and_one_leads_after_it(
    replicas: Replicas,
    robots: Robots,
    proxy: FaultyProxy,
    api_proxy: FaultyAPI,
    kubeconfig: Path,
    intervals: Mapping[str, Any],
    outage: int,
) -> None:
    """A token becomes due meanwhile; it is requested once, by the replica that leads then."""
    first, second = [await replicas.start(kubeconfig=kubeconfig, **intervals) for _ in range(2)]
    await robots.add("robot", lifetime=outage)
    await robots.wait_until_ready("robot")
    await api_proxy.down()
    assert await is_leading(first), "it gave the Lease up at the first lost request"
    await wait_until_none_leads(first, second)
    requests = len(proxy.token_calls)

    status = (await robots.namespace.get("oauthconnectors", "robot") or {})["status"]

    async def has_expired() -> bool:
        return datetime.fromisoformat(status["expirationTime"]) < datetime.now(UTC)

    await until(has_expired, within=outage + 40)
    assert len(proxy.token_calls) == requests, "a request was sent without a Lease"
    assert not await is_leading(first)
    assert not await is_leading(second)
    await api_proxy.up()
    await proxy.token_calls_reach(requests + 1)

    async def is_refreshed() -> bool:
        found = await robots.namespace.get("oauthconnectors", "robot") or {}
        return bool(found["status"]["issueTime"] != status["issueTime"])

    await until(is_refreshed)

    async def is_one_leading() -> bool:
        return [await is_leading(first), await is_leading(second)].count(True) == 1

    await until(is_one_leading)
    assert len(proxy.token_calls) == requests + 1


async def test_a_leader_continues_after_an_outage_if_no_other_leads(
    replicas: Replicas, robots: Robots, api_proxy: FaultyAPI, kubeconfig: Path
) -> None:
    """Its Lease has expired, but the Lease still names it: it renews, and the holder does not change."""
    first = await replicas.start(kubeconfig=kubeconfig, **QUICK)
    await replicas.wait_until_leading(first)
    holder = (await replicas.read_lease())["holderIdentity"]
    await api_proxy.down()
    await wait_until_none_leads(first)
    await api_proxy.up()
    await replicas.wait_until_leading(first)
    lease = await replicas.read_lease()
    assert (lease["holderIdentity"], lease["leaseTransitions"]) == (holder, 0)
    await robots.add("robot", lifetime=3600)
    await robots.wait_until_ready("robot")
