"""Leader election on the real API server, with the permissions of the operator and no more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from oauth_connector.controller.election import Election, LeaseTiming
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.lease import LeaseElector, LeaseKey
from oauth_connector.kube.paths import lease_path
from tests.support.cluster import Manifest, until
from tests.support.manual_clock import ManualClock

KEY = LeaseKey("oauth-connector-system", "oauth-connector")
TIMING = LeaseTiming(retry=0.02)
"""The intervals of production, except that each process tries again at once: the clock of the test decides."""


class ElectedProcess:
    """A process that takes part in the election, with the ServiceAccount of the operator and a clock of the test."""

    def __init__(self, api: KubeAPI, name: str, clock: ManualClock) -> None:
        self.elector = LeaseElector(api, KEY, Election(name, TIMING), clock)
        self.terms: list[bool] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take part."""
        self._task = asyncio.create_task(self.elector.run(self.terms.append))

    async def stop(self) -> None:
        """Stop, without releasing the Lease."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def wait_until_it_leads(self) -> None:
        """Wait until it leads."""

        async def leads() -> bool:
            return self.elector.is_leading()

        await until(leads)

    async def wait_for_attempts(self) -> None:
        """Wait until it has read the Lease several times."""
        self.elector.is_synced = False
        await self._wait_for_sync()
        self.elector.is_synced = False
        await self._wait_for_sync()

    async def _wait_for_sync(self) -> None:
        async def is_synced() -> bool:
            return self.elector.is_synced

        await until(is_synced)


@pytest.fixture
async def pair(
    service_account: Path, admin: KubeAPI
) -> AsyncIterator[tuple[ElectedProcess, ElectedProcess, ManualClock]]:
    """Return two processes that do not take part yet, and their clock; there is no Lease."""
    await delete_lease(admin)
    clock = ManualClock(1000.0)
    async with KubeAPI(from_kubeconfig(service_account)) as api:
        first, second = ElectedProcess(api, "pod-a_1", clock), ElectedProcess(api, "pod-b_1", clock)
        yield first, second, clock
        await first.stop()
        await second.stop()
    await delete_lease(admin)


async def delete_lease(admin: KubeAPI) -> None:
    """Delete the Lease, as a cluster administrator."""
    try:
        await admin.request("DELETE", lease_path(KEY.namespace, KEY.name))
    except KubeError as error:
        if error.status != 404:
            raise


async def read_lease(admin: KubeAPI) -> Manifest:
    """Read the Lease."""
    return await admin.get(lease_path(KEY.namespace, KEY.name))


Pair = tuple[ElectedProcess, ElectedProcess, ManualClock]


async def test_the_first_process_creates_the_lease(pair: Pair, admin: KubeAPI) -> None:
    """The API server accepts all fields, and kubectl shows the holder."""
    first, _, _ = pair
    first.start()
    await first.wait_until_it_leads()
    spec = (await read_lease(admin))["spec"]
    assert spec["holderIdentity"] == "pod-a_1"
    assert (spec["leaseDurationSeconds"], spec["leaseTransitions"]) == (15, 0)
    assert spec["acquireTime"] <= spec["renewTime"]
    assert first.terms == [True]


async def test_one_of_two_processes_leads_until_it_stops_renewing(pair: Pair, admin: KubeAPI) -> None:
    """The other takes the Lease fifteen seconds after it saw the last renewal, five after the first stopped to lead."""
    first, second, clock = pair
    first.start()
    await first.wait_until_it_leads()
    second.start()
    await second.wait_for_attempts()
    await first.stop()
    await second.wait_for_attempts()
    clock.now += 11
    assert not first.elector.is_leading()
    await second.wait_for_attempts()
    assert not second.elector.is_leading()
    clock.now += 5
    await second.wait_until_it_leads()
    spec = (await read_lease(admin))["spec"]
    assert (spec["holderIdentity"], spec["leaseTransitions"]) == ("pod-b_1", 1)


async def test_a_process_that_was_stopped_does_not_overwrite_the_lease(pair: Pair, admin: KubeAPI) -> None:
    """Its renewal names an old version, and the API server refuses it; then it stands by."""
    first, second, clock = pair
    first.start()
    await first.wait_until_it_leads()
    await first.stop()
    second.start()
    await second.wait_for_attempts()
    clock.now += 60
    await second.wait_until_it_leads()
    first.start()
    await first.wait_for_attempts()
    assert not first.elector.is_leading()
    assert (await read_lease(admin))["spec"]["holderIdentity"] == "pod-b_1"
    assert second.elector.is_leading()


async def test_a_released_lease_is_taken_without_waiting(pair: Pair, admin: KubeAPI) -> None:
    """The Lease has no holder then, and names the process that released it: its claims can be taken up."""
    first, second, _ = pair
    first.start()
    await first.wait_until_it_leads()
    second.start()
    await second.wait_for_attempts()
    await first.stop()
    await first.elector.release()
    assert not first.elector.is_leading()
    await second.wait_until_it_leads()
    assert await second.elector.may_take_up("pod-a_1")
    assert (await read_lease(admin))["metadata"]["annotations"] == {"oauthconnector.dev/released-by": "pod-a_1"}


async def test_a_lease_of_another_process_is_not_released(pair: Pair, admin: KubeAPI) -> None:
    """A process that stood by ends without a write."""
    first, second, _ = pair
    first.start()
    await first.wait_until_it_leads()
    second.start()
    await second.wait_for_attempts()
    await second.stop()
    await second.elector.release()
    assert (await read_lease(admin))["spec"]["holderIdentity"] == "pod-a_1"


async def test_a_deleted_lease_is_created_again_by_its_holder(pair: Pair, admin: KubeAPI) -> None:
    """It is a new term: what was known before may be old."""
    first, second, _ = pair
    first.start()
    await first.wait_until_it_leads()
    second.start()
    await second.wait_for_attempts()
    await delete_lease(admin)

    async def leads_again() -> bool:
        return len(first.terms) == 2 and first.elector.is_leading()

    await until(leads_again)
    assert not second.elector.is_leading()


async def test_a_process_whose_pod_is_gone_has_nothing_in_flight(pair: Pair, admin: KubeAPI) -> None:
    """A Pod stays in the API until its containers have ended."""
    first, _, _ = pair
    container = {"name": "operator", "image": "any", "securityContext": RESTRICTED}
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    pods = f"/api/v1/namespaces/{KEY.namespace}/pods"
    body = {"metadata": {"name": "pod-c"}, "spec": {"containers": [container], "securityContext": security}}
    await admin.create(pods, body, "a-test")
    assert not await first.elector.may_take_up(f"{KEY.namespace}/pod-c_1")
    await admin.request("DELETE", f"{pods}/pod-c", query={"gracePeriodSeconds": "0"})
    assert await first.elector.may_take_up(f"{KEY.namespace}/pod-c_1")
    assert not await first.elector.may_take_up("_a-machine-1")


async def test_nothing_is_known_of_the_pods_of_another_namespace(pair: Pair) -> None:
    """An install there may have a request in flight."""
    first, _, _ = pair
    assert not await first.elector.may_take_up("another-namespace/pod-c_1")


RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
