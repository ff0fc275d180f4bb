"""Claims of two processes on one grant."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.connector.grant.claims import (
    ANSWERED_WITHIN,
    CLAIM_LIFETIME,
    StoreDecision,
    build_send_window,
    claim_blocks_until,
    decide_store,
)
from oauth_connector.connector.grant.state import Claim, GrantState
from oauth_connector.oauth.grants.grant import Purpose
from tests.support.builders import NOW, a_connector, a_token

OWN_CLAIM = Claim("own", NOW, Purpose.REFRESH)
OTHER_CLAIM = Claim("other", NOW + 20, Purpose.REFRESH)
CLAIMED = GrantState(
    SecretStr("refresh-1"), a_token(a_connector(), issued=NOW - 3000), 1, "binding", "digest", claim=OWN_CLAIM
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
    [(NOW, NOW + 70), (NOW - 69, NOW + 1), (NOW - 70, None), (NOW + 5, NOW + 75), (NOW + 16, None)],
    ids=["now", "nearly over", "over", "of a clock that is ahead", "of a clock that was set back"],
)
def test_a_claim_is_valid_for_its_lifetime_by_either_clock(claimed_at: int, expected: int | None) -> None:
    """The clocks of two nodes differ a little; a clock that was set back must not block for ever."""
    assert claim_blocks_until(claimed_at, NOW) == expected


def test_a_request_is_over_when_its_claim_expires() -> None:
    """It is sent within ten seconds, awaited for a minute, and ends before another process may send one."""
    send_window = build_send_window(OWN_CLAIM)
    assert send_window is not None
    assert send_window.until == claim_blocks_until(OWN_CLAIM.at, OWN_CLAIM.at)
    assert send_window.until - send_window.latest == ANSWERED_WITHIN


def test_the_outcome_of_a_claim_is_stored_while_the_claim_is_unchanged() -> None:
    """Another client may have edited the Secret, which changes its version and nothing else."""
    assert decide_store(CLAIMED, CLAIMED, CAME, LATER) is StoreDecision.STORE
    assert decide_store(CLAIMED, CLAIMED, replace(CLAIMED, claim=None), LATER) is StoreDecision.STORE


def test_a_failure_proves_nothing_once_another_process_has_claimed() -> None:
    """The newer claim must stay in the state, or a third request would be sent beside its own."""
    failed = replace(CLAIMED, claim=None)
    assert decide_store(replace(CLAIMED, claim=OTHER_CLAIM), CLAIMED, failed, LATER) is StoreDecision.LEAVE
    assert (
        decide_store(replace(CLAIMED, claim=None), CLAIMED, replace(failed, given_up=True), LATER)
        is StoreDecision.LEAVE
    )


def test_a_success_waits_for_the_response_of_another_process() -> None:
    """Its refresh token is older than the stored one, and must not be sent after that is stored."""
    other_state = replace(CLAIMED, claim=OTHER_CLAIM)
    assert decide_store(other_state, CLAIMED, CAME, LATER) is StoreDecision.WAIT
    assert decide_store(other_state, CLAIMED, CAME, OTHER_CLAIM.at + CLAIM_LIFETIME) is StoreDecision.STORE


def test_a_success_is_stored_where_another_process_was_rejected() -> None:
    """The success may be the cause of the rejection, and some servers keep the new refresh token valid."""
    assert decide_store(replace(CLAIMED, claim=None, given_up=True), CLAIMED, CAME, LATER) is StoreDecision.STORE


def test_a_success_is_stored_over_an_older_state_that_was_restored() -> None:
    """A restored backup is older than the response."""
    assert decide_store(replace(CLAIMED, claim=None, generation=0), CLAIMED, CAME, LATER) is StoreDecision.STORE


def test_a_newer_grant_stays() -> None:
    """The other process got a successor too, or a later token from a server that does not rotate."""
    other_state = replace(CAME, token=a_token(a_connector(), issued=NOW + 20))
    assert decide_store(other_state, CLAIMED, CAME, LATER) is StoreDecision.LEAVE
    assert (
        decide_store(replace(other_state, generation=1), CLAIMED, replace(CAME, generation=1), LATER)
        is StoreDecision.LEAVE
    )


def test_a_revoked_grant_stays_deleted() -> None:
    """A user requested its revocation meanwhile."""
    assert decide_store(GrantState(), CLAIMED, CAME, LATER) is StoreDecision.LEAVE
