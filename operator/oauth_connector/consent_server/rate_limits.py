"""How often anybody may ask, judged before the API server is asked anything.

Each process counts for itself, and that is enough: what is protected is the API server, and what all replicas together
let through is still a small number. Nothing is guessed by asking often: a ticket has 256 bits. Whom we see is the peer
of the connection, behind a load balancer that one for everybody; `X-Forwarded-For` is whatever a client writes, and is
not read. So an address may do a great deal, and one consent little.
"""

from oauth_connector.kube.token_buckets import Clock, Rate, TokenBuckets

KEYS = 8192
"""Keys that are remembered; when one is forgotten, its bucket is full again in any case."""

PER_ADDRESS = Rate(burst=300, per_second=50)
PER_CONSENT = Rate(burst=40, per_second=4)


class RateLimits:
    """What one client, and what everybody at one consent, may ask for."""

    def __init__(self, clock: Clock, address: Rate = PER_ADDRESS, consent: Rate = PER_CONSENT) -> None:
        self._addresses = TokenBuckets(address, clock, KEYS)
        self._consents = TokenBuckets(consent, clock, KEYS)

    def may_proceed(self, address: str | None, consent: str | None = None) -> bool:
        """Tell whether a request may go on. Somebody who is over their own limit takes nothing from the consent's."""
        return self._addresses.take(address or "") and (consent is None or self._consents.take(consent))
