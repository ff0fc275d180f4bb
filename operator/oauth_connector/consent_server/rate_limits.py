"""Rate limits, which are checked before a request to the API server.

Each process has its own limits. That is enough, because they protect the API server and all replicas together still
send few requests. They do not protect tickets, which have 256 bits. The client is the peer of the connection: behind a
load balancer all clients have one address, and `X-Forwarded-For` is not read, because a client can set it. Therefore
the limit of an address is high and that of a consent is low.
"""

from oauth_connector.kube.token_buckets import MonotonicClock, Rate, TokenBuckets

KEYS = 8192
"""The number of keys that are remembered. The bucket of a forgotten key would be full again."""

PER_ADDRESS = Rate(burst=300, per_second=50)
PER_CONSENT = Rate(burst=40, per_second=4)


class RateLimits:
    """The limits of one client address, and of one consent for all clients."""

    def __init__(self, clock: MonotonicClock, address: Rate = PER_ADDRESS, consent: Rate = PER_CONSENT) -> None:
        self._addresses = TokenBuckets(address, clock, KEYS)
        self._consents = TokenBuckets(consent, clock, KEYS)

    def may_proceed(self, address: str | None, consent: str | None = None) -> bool:
        """Return whether a request may proceed.

        A client over its own limit uses nothing of the limit of the consent.
        """
        return self._addresses.take(address or "") and (consent is None or self._consents.take(consent))
