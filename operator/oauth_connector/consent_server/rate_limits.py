"""Rate limits, which are checked before a request to the API server.

Each process has its own limits. That is enough, because they protect the API server and all replicas together still
send few requests. They do not protect tickets, which have 256 bits.

Behind a load balancer all clients may have one address. Therefore the limit of an address is high and that of a ticket
is low, and a request that is refused without an API request is counted apart: it uses nothing of what users need.
A ticket has a limit of its own, and not the consent: wrong tickets do not lock its requester out.
"""

import hashlib

from oauth_connector.kube.token_buckets import MonotonicClock, Rate, TokenBuckets

KEYS = 8192
"""The number of keys that are remembered. The bucket of a forgotten key would be full again."""

PER_ADDRESS = Rate(burst=300, per_second=50)
PER_TICKET = Rate(burst=40, per_second=4)
REFUSALS_PER_ADDRESS = Rate(burst=300, per_second=50)


class RateLimits:
    """The limits of one client address, of one ticket, and of the refusals of one client address."""

    def __init__(
        self,
        clock: MonotonicClock,
        address: Rate = PER_ADDRESS,
        ticket: Rate = PER_TICKET,
        refusals: Rate = REFUSALS_PER_ADDRESS,
    ) -> None:
        self._addresses = TokenBuckets(address, clock, KEYS)
        self._tickets = TokenBuckets(ticket, clock, KEYS)
        self._refusals = TokenBuckets(refusals, clock, KEYS)

    def may_proceed(self, address: str, ticket: str) -> bool:
        """Return whether a request may be sent to the API server for an address with a ticket.

        A client over its own limit uses nothing of the limit of the ticket.
        """
        return self._addresses.take(address) and self._tickets.take(hashlib.sha256(ticket.encode()).hexdigest())

    def may_be_refused(self, address: str) -> bool:
        """Return whether a request of an address may be refused with its own page."""
        return self._refusals.take(address)
