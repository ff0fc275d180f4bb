"""Which pending consents of a connector are reconciled, if there are more than can be reconciled at once."""

from collections import defaultdict
from collections.abc import Iterable

from oauth_connector.connector.consent.observed import Consent

MAX_PER_REQUESTER = 4
"""The number of pending consents of one requester that are reconciled. Newer ones of the same requester wait."""

MAX_PENDING = 64
"""The number of pending consents of one connector that are reconciled. Newer ones wait."""


def select_turns(pending: Iterable[Consent]) -> list[Consent]:
    """Return the consents to reconcile: the first of each requester, then the second of each, oldest first.

    The admission policy for OAuthConsents proves who the requester is. So a requester with thousands of consents delays
    only own ones.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    turns: list[tuple[int, Consent]] = []
    for consent in sorted(pending, key=lambda each: (each.created, each.uid)):
        turn = counts[consent.spec.requested_by]
        counts[consent.spec.requested_by] += 1
        if turn < MAX_PER_REQUESTER:
            turns.append((turn, consent))
    turns.sort(key=lambda each: each[0])  # stable: the older consent comes first
    return [consent for _, consent in turns[:MAX_PENDING]]
