"""Whose turn it is where two processes meet over one grant: how long a claim counts, and whose answer is stored.

A claim counts for fifteen seconds. In its first ten the request may be written, and with the last it is over: whoever
finds an older claim knows that nothing of it is in flight.
"""

from enum import Enum, auto

from oauth_connector.connector.grant.state import Claim, GrantState
from oauth_connector.oauth.token_request import SendWindow

CLAIM_RESTS = 15
"""Seconds that a claim of another process is left alone: its request is over by then."""

WRITTEN_WITHIN = 10
"""Seconds from the claim in which its request may be written; a process that was stopped meanwhile wakes up later."""


def claim_blocks_until(claimed_at: int, now: float) -> float | None:
    """Give until when another process's claim is left alone; nothing where it no longer counts.

    The other's clock may be ahead of ours. A claim that is further ahead than it could last is one of a clock that was
    set back since.
    """
    until = claimed_at + CLAIM_RESTS
    return until if claimed_at - CLAIM_RESTS <= now < until else None


def term_of(claim: Claim | None) -> SendWindow | None:
    """Give the time in which a claim's request is made."""
    return SendWindow(claim.at + WRITTEN_WITHIN, claim.at + CLAIM_RESTS) if claim is not None else None


class StoreDecision(Enum):
    """What to do with what came of a claim, where the state was changed since."""

    STORE = auto()
    WAIT = auto()
    LEAVE = auto()


def turn(current: GrantState, claimed: GrantState, came: GrantState, now: float) -> StoreDecision:
    """Say whether what came of a claim is stored over what is there now.

    Somebody else has taken the claim over, as of a process that was stopped for long. A failure says nothing then. What
    the provider gave is kept unless theirs is newer: even where they were refused, since their refusal may be owed to
    our success. While they are at it themselves, their answer is waited for.
    """
    if current.claim == claimed.claim:
        return StoreDecision.STORE
    if not _brings(claimed, came) or _is_newer(current, claimed, came):
        return StoreDecision.LEAVE
    under_way = current.claim is not None and claim_blocks_until(current.claim.at, now) is not None
    return StoreDecision.WAIT if under_way else StoreDecision.STORE


def _brings(claimed: GrantState, came: GrantState) -> bool:
    return came.generation > claimed.generation or came.token != claimed.token


def _is_newer(current: GrantState, claimed: GrantState, came: GrantState) -> bool:
    given_back = claimed.refresh_token is not None and current.refresh_token is None
    later = current.token is not None and came.token is not None and current.token.issued > came.token.issued
    return given_back or later or current.generation > claimed.generation
