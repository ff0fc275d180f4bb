"""Clients that a server has limited with `Retry-After`: nothing is sent for them there until it has passed.

A limit belongs to a client. Another client of the same namespace has not used it up, and the same client of another
namespace may be a claim of its user only.
"""

from typing import NamedTuple

from oauth_connector.controller.pauses import Pauses


class LimitedClient(NamedTuple):
    """A client of a namespace at a server: scheme, host and port."""

    origin: str
    namespace: str
    client: str


ClientLimits = Pauses[LimitedClient]
"""The ends of the limits."""
