"""A process that dies or stands still anywhere between choosing and publishing, and another that takes over.

All points are tried at once: each connector is held at its own, and then the process goes.
"""

import asyncio
from dataclasses import dataclass

import pytest

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
class Held:
    """Whoever is held at one point."""

    point: FaultPoint
    strict: GrantConnector
    graceful: GrantConnector
    consenting: GrantConnector
    consent: ManualConsent

    @property
    def refreshing(self) -> tuple[GrantConnector, GrantConnector]:
        """Those that hold a grant already."""
        return self.strict, self.graceful


async def hold(holders: GrantConnectorFactory, point: FaultPoint) -> Held:
    """Create the connectors for one point, with their first tokens, and a consent that lacks its confirmation."""
    strict, graceful, consenting = await asyncio.gather(
        holders.seeded(f"{point.value}-strict", STRICT),
        holders.seeded(f"{point.value}-graceful", GRACE),
        holders.waiting(f"{point.value}-code"),
    )
    await asyncio.gather(strict.shows(Ready="TokenIssued"), graceful.shows(Ready="TokenIssued"))
    return Held(point, strict, graceful, consenting, await consenting.answers())


async def spring(operator: TrappedOperator, held: list[Held], signal: str) -> None:
    """Bring everybody to their points, where the process sends itself the signal."""
    operator.arm(signal, 3 * len(held))
    await asyncio.gather(*(each.consent.confirm() for each in held))
    await asyncio.gather(*(holder.ask_for_a_refresh("trap") for each in held for holder in each.refreshing))

    async def is_sprung() -> bool:
        return operator.ended or operator.stopped

    await until(is_sprung, within=40)


async def another_has_settled(held: list[Held]) -> None:
    """Wait until a second process has brought everything as far as it can be brought."""
    await asyncio.gather(*(_settled(each) for each in held))


async def _settled(held: Held) -> None:
    for holder in held.refreshing:

        async def is_done(holder: GrantConnector = holder) -> bool:
            return holder.presented == TAKEN[held.point] and "claim" in await holder.grant()

        await until(is_done, within=45)
        lost = (
            {"ConsentRequired": "RefreshTokenRejected", "RefreshFailed": "RefreshTokenRejected"}
            if holder.name == LOST
            else {}
        )
        await holder.shows(Ready="TokenIssued", **lost)
    await held.consent.comes_to(CODES[held.point][0])


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGSTOP"])
async def test_a_process_that_goes_between_claim_and_publish_loses_no_grant_but_one_whose_answer_was_lost(
    holders: GrantConnectorFactory, start_another: StartAnother, signal: str
) -> None:
    """A graceful server forgives everything; a strict one ends the one grant whose successor nobody has stored.

    A process that was stopped wakes up when another has done its work, and changes nothing for the worse.
    """
    first = await start_another(TrappedOperator)
    assert isinstance(first, TrappedOperator)
    held = await asyncio.gather(*(hold(holders, point) for point in FaultPoint))
    await spring(first, held, signal)
    await start_another()
    await another_has_settled(held)
    if signal == "SIGSTOP":
        await wakes_up(first, held)
    await all_go_on(held)
    for each in held:
        for holder in (*each.refreshing, each.consenting):
            holder.keeps_the_rules()
        assert each.consenting.codes == CODES[each.point][1]


async def wakes_up(operator: TrappedOperator, held: list[Held]) -> None:
    """Let the stopped process go on; what it had an answer for, and nobody else has, it stores."""
    operator.go_on()
    by_point = {each.point: each for each in held}
    await by_point[FaultPoint.ANSWERED].consenting.shows(Ready="TokenIssued")
    await by_point[FaultPoint.ANSWERED].strict.shows(Ready="TokenIssued")
    for each in held:
        for holder in each.refreshing:
            assert holder.presented == TAKEN[each.point], holder.name


async def all_go_on(held: list[Held]) -> None:
    """See that each grant that is not lost gives another token."""
    refreshing = [holder for each in held for holder in each.refreshing if holder.name != LOST]
    connected = [each.consenting for each in held if "TokenIssued" in (await each.consenting.conditions()).values()]
    assert len(connected) >= 2
    await asyncio.gather(*(holder.refreshes("go on") for holder in refreshing + connected))
    for holder in refreshing + connected:
        assert await holder.is_well(), holder.name
