"""Whose turn it is where two processes meet over one grant."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.connector.grant.claims import StoreDecision, claim_blocks_until, decide_store, term_of
from oauth_connector.connector.grant.state import Claim, GrantState
from oauth_connector.oauth.grants.grant import Purpose
from tests.support.builders import NOW, a_connector, a_token

OURS = Claim("ours", NOW, Purpose.REFRESH)
THEIRS = Claim("theirs", NOW + 20, Purpose.REFRESH)
CLAIMED = GrantState(
    SecretStr("refresh-1"), a_token(a_connector(), issued=NOW - 3000), 1, "binding", "digest", claim=OURS
)
CAME = replace(
    CLAIMED,
    refresh_token=SecretStr("refresh-2"),
    token=a_token(a_connector(), issued=NOW),
    generation=2,
    claim=None,
)
LATER = NOW + 25


@pytest.mark.parametrize(
    ("claimed_at", "expected"),
    [(NOW, NOW + 15), (NOW - 14, NOW + 1), (NOW - 15, None), (NOW + 5, NOW + 20), (NOW + 16, None)],
    ids=["now", "nearly over", "over", "of a clock that is ahead", "of a clock that was set back"],
)
def test_a_claim_rests_for_fifteen_seconds_by_either_clock(claimed_at: int, expected: int | None) -> None:
    """Clocks of two nodes differ a little; a clock that was set back must not block for ever."""
    assert claim_blocks_until(claimed_at, NOW) == expected


def test_a_request_is_over_when_its_claim_no_longer_counts() -> None:
    """It is begun within ten seconds, and given up when others may begin theirs."""
    term = term_of(OURS)
    assert term is not None
    assert term.latest < term.until == claim_blocks_until(OURS.at, OURS.at)


def test_what_came_of_our_claim_is_stored_while_it_is_ours() -> None:
    """Somebody may have edited the Secret, which changes its version and nothing else."""
    assert decide_store(CLAIMED, CLAIMED, CAME, LATER) is StoreDecision.STORE
    assert decide_store(CLAIMED, CLAIMED, replace(CLAIMED, claim=None), LATER) is StoreDecision.STORE


def test_a_failure_says_nothing_once_somebody_else_is_at_it() -> None:
    """Their claim must not be taken out of the state, or a third request would go beside theirs."""
    failed = replace(CLAIMED, claim=None)
    assert decide_store(replace(CLAIMED, claim=THEIRS), CLAIMED, failed, LATER) is StoreDecision.LEAVE
    assert (
        decide_store(replace(CLAIMED, claim=None), CLAIMED, replace(failed, refused=True), LATER) is StoreDecision.LEAVE
    )


def test_a_success_waits_for_somebody_elses_answer() -> None:
    """What they are about to send is older than what we have, and must not be sent once ours is stored."""
    theirs = replace(CLAIMED, claim=THEIRS)
    assert decide_store(theirs, CLAIMED, CAME, LATER) is StoreDecision.WAIT
    assert decide_store(theirs, CLAIMED, CAME, THEIRS.at + 15) is StoreDecision.STORE


def test_a_success_is_kept_where_somebody_else_was_refused() -> None:
    """Their refusal is owed to our success, and some servers let our refresh token live on."""
    assert decide_store(replace(CLAIMED, claim=None, refused=True), CLAIMED, CAME, LATER) is StoreDecision.STORE


def test_a_success_is_kept_over_an_older_state_that_was_restored() -> None:
    """A backup that was put back knows less than we do."""
    assert decide_store(replace(CLAIMED, claim=None, generation=0), CLAIMED, CAME, LATER) is StoreDecision.STORE


def test_a_newer_grant_stays() -> None:
    """Somebody else was given a successor too, or, by a server that does not rotate, a later token."""
    theirs = replace(CAME, token=a_token(a_connector(), issued=NOW + 20))
    assert decide_store(theirs, CLAIMED, CAME, LATER) is StoreDecision.LEAVE
    assert (
        decide_store(replace(theirs, generation=1), CLAIMED, replace(CAME, generation=1), LATER) is StoreDecision.LEAVE
    )


def test_a_grant_that_was_given_back_stays_away() -> None:
    """A person asked for its revocation meanwhile."""
    assert decide_store(GrantState(), CLAIMED, CAME, LATER) is StoreDecision.LEAVE
