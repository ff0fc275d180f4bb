"""A process ends or stops at any point between choosing and publishing, and another process continues.

All points are tested at once: each connector waits at its own point, and then the process receives the signal.
"""

import asyncio
from dataclasses import dataclass

import pytest

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.controller.grant_store import FaultPoint
from tests.chaos.grants.conftest import StartAnother
from tests.support.cluster import until
from tests.support.grant_connectors import GRACE, STRICT, GrantConnector, GrantConnectorFactory
from tests.support.manual_consent import ManualConsent
from tests.support.operator_process import TrappedOperator

LOST = "answered-strict"
"""The server has rotated, nobody has the answer, and no token is forgiven that comes twice."""

TAKEN = {
    FaultPoint.CHOSEN: [1, 2],
    FaultPoint.CLAIMED: [1, 2],
    FaultPoint.ANSWERED: [1, 2, 2],
    FaultPoint.PERSISTED: [1, 2, 3],
}
"""The refresh tokens that are presented in all: the seed, and the next, twice only where its answer was lost.

What was stored is not known to be what the person had asked for, who gets one more.
"""

CODES = {
    FaultPoint.CHOSEN: ("Authorized", ["granted"]),
    FaultPoint.CLAIMED: ("CodeLost", []),
    FaultPoint.ANSWERED: ("CodeLost", ["granted"]),
    FaultPoint.PERSISTED: ("Authorized", ["granted"]),
}
"""What becomes of a consent, and of its code, which is never sent twice."""


@dataclass(frozen=True, slots=True)
class HeldConnectors:
    """The connectors that wait at one point."""

    point: FaultPoint
    strict: GrantConnector
    graceful: GrantConnector
    consenting: GrantConnector
    consent: ManualConsent

    @property
    def refreshing(self) -> tuple[GrantConnector, GrantConnector]:
        """The connectors that already have a grant."""
        return self.strict, self.graceful


async def hold(holders: GrantConnectorFactory, point: FaultPoint) -> HeldConnectors:
    """Create the connectors for one point, with their first tokens, and a consent without its confirmation."""
    strict, graceful, consenting = await asyncio.gather(
        holders.create_with_refresh_token(f"{point.value}-strict", STRICT),
        holders.create_with_refresh_token(f"{point.value}-graceful", GRACE),
        holders.create_awaiting_consent(f"{point.value}-code"),
    )
    await asyncio.gather(
        strict.wait_for_conditions(Ready="TokenIssued"), graceful.wait_for_conditions(Ready="TokenIssued")
    )
    return HeldConnectors(point, strict, graceful, consenting, await consenting.submit_code())


async def reach_points(operator: TrappedOperator, held: list[HeldConnectors], signal: str) -> None:
    """Bring all connectors to their points, where the process sends the signal to itself."""
    operator.arm(signal, 3 * len(held))
    await asyncio.gather(*(each.consent.confirm() for each in held))
    await asyncio.gather(*(holder.request_refresh("trap") for each in held for holder in each.refreshing))

    async def is_sprung() -> bool:
        return operator.has_ended or operator.stopped

    await until(is_sprung, within=40)


async def another_has_settled(held: list[HeldConnectors]) -> None:
    """Wait until a second process has reconciled everything as far as possible."""
    await asyncio.gather(*(_settled(each) for each in held))


async def _settled(held: HeldConnectors) -> None:
    for holder in held.refreshing:

        async def is_done(holder: GrantConnector = holder) -> bool:
            return holder.presented == TAKEN[held.point] and "claim" in await holder.grant()

        await until(is_done, within=CLAIM_LIFETIME + 45)
        lost = (
            {"ConsentRequired": "RefreshTokenRejected", "RefreshFailed": "RefreshTokenRejected"}
            if holder.name == LOST
            else {}
        )
        await holder.wait_for_conditions(Ready="TokenIssued", **lost)
    await held.consent.wait_for_reason(CODES[held.point][0])


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGSTOP"])
async def test_a_crash_between_claim_and_publish_loses_a_grant_only_with_its_response(
    holders: GrantConnectorFactory, start_another: StartAnother, signal: str
) -> None:
    """With a grace period no grant is lost; a strict server ends the one grant whose successor was not stored.

    A stopped process that continues after another has done its work causes no harm.
    """
    # the next container of the same Pod knows that the first has ended
    pod = {"podName": "operator"} if signal == "SIGKILL" else {}
    first = await start_another(TrappedOperator, **pod)
    assert isinstance(first, TrappedOperator)
    held = await asyncio.gather(*(hold(holders, point) for point in FaultPoint))
    await reach_points(first, held, signal)
    await start_another(**pod)
    await another_has_settled(held)
    if signal == "SIGSTOP":
        await resume(first, held)
    await refresh_all(held)
    for each in held:
        for holder in (*each.refreshing, each.consenting):
            holder.assert_no_stale_use()
        assert each.consenting.codes == CODES[each.point][1]


async def resume(operator: TrappedOperator, held: list[HeldConnectors]) -> None:
    """Resume the stopped process; it stores the responses that no other process has."""
    operator.resume()
    by_point = {each.point: each for each in held}
    await by_point[FaultPoint.ANSWERED].consenting.wait_for_conditions(Ready="TokenIssued")
    await by_point[FaultPoint.ANSWERED].strict.wait_for_conditions(Ready="TokenIssued")
    for each in held:
        for holder in each.refreshing:
            assert holder.presented == TAKEN[each.point], holder.name


async def refresh_all(held: list[HeldConnectors]) -> None:
    """Check that each grant that is not lost yields another token."""
    refreshing = [holder for each in held for holder in each.refreshing if holder.name != LOST]
    connected = [each.consenting for each in held if "TokenIssued" in (await each.consenting.conditions()).values()]
    assert len(connected) >= 2
    await asyncio.gather(*(holder.refresh("go on") for holder in refreshing + connected))
    for holder in refreshing + connected:
        assert await holder.has_valid_token(), holder.name
