"""Two processes and one grant: how long a claim is valid, and whose response is stored.

In the first ten seconds of a claim its request may be sent. Then the response is awaited for at least a minute: giving
up ends the grant at a strict server that is only slow. At the end of the claim the request is over: a process that
finds an older claim knows that no request of it is in flight.
"""

from enum import Enum, auto

from oauth_connector.connector.grant.state import Claim, GrantState
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.oauth.token_request import SendWindow

SENT_WITHIN = 10
"""Seconds from the claim in which its request may be sent: a process that was stopped may continue later."""

ANSWERED_WITHIN = 60
"""Seconds for which the response is awaited, also where the request was sent in the last of these seconds."""

CLAIM_LIFETIME = SENT_WITHIN + ANSWERED_WITHIN
"""Seconds for which a claim of another process is respected, unless that has ended: its request is over by then."""

CLOCK_AHEAD = 15
"""Seconds by which the clock of another process may be ahead."""


def claim_blocks_until(claimed_at: int, now: float) -> float | None:
    """Return until when the claim of another process is respected; `None` where it is no longer valid.

    The clock of the other process may be ahead. A claim that is further ahead is one of a clock that was set back.
    """
    until = claimed_at + CLAIM_LIFETIME
    return until if claimed_at - CLOCK_AHEAD <= now < until else None


def build_send_window(claim: Claim | None) -> SendWindow | None:
    """Return the time in which the request of a claim may be sent and answered."""
    return SendWindow(claim.at + SENT_WITHIN, claim.at + CLAIM_LIFETIME) if claim is not None else None


def find_holder(summary: GrantSummary | None, now: float) -> str:
    """Return the process whose claim is valid, from metadata alone; empty where there is none or it has no name."""
    if summary is None or summary.claimed_at is None or claim_blocks_until(summary.claimed_at, now) is None:
        return ""
    return summary.claimed_by or ""


class StoreDecision(Enum):
    """What to do with the outcome of a claim, where the state was changed since."""

    STORE = auto()
    WAIT = auto()
    LEAVE = auto()


def decide_store(current: GrantState, claimed: GrantState, outcome: GrantState, now: float) -> StoreDecision:
    """Decide whether the outcome of a claim is stored over the current state.

    Another process has superseded the claim, since this one was stopped for long. A failure proves nothing then. A
    token is stored unless the other process has a newer one: even where its request was rejected, since the success of
    this one may be the cause. While the other process has a request in flight, its outcome is awaited.
    """
    if current.claim == claimed.claim:
        return StoreDecision.STORE
    if not _has_news(claimed, outcome) or _is_newer(current, claimed, outcome):
        return StoreDecision.LEAVE
    under_way = current.claim is not None and claim_blocks_until(current.claim.at, now) is not None
    return StoreDecision.WAIT if under_way else StoreDecision.STORE


def _has_news(claimed: GrantState, outcome: GrantState) -> bool:
    return outcome.generation > claimed.generation or outcome.token != claimed.token


def _is_newer(current: GrantState, claimed: GrantState, outcome: GrantState) -> bool:
    is_revoked = claimed.refresh_token is not None and current.refresh_token is None
    later = current.token is not None and outcome.token is not None and current.token.issued > outcome.token.issued
    return is_revoked or later or current.generation > claimed.generation
