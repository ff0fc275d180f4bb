"""How the operator reaches a target: the addresses that the egress guard allows, directly or through the proxy.

A host that an entry of `allowedDestinations` names is allowed with any address, so the proxy resolves it: CONNECT has
its name. Every other target is resolved here and judged by its addresses, and CONNECT has a judged address: a proxy
that resolved the name again could be led elsewhere (DNS rebinding).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress_guard import Destination, is_allowed, is_allowed_by_name
from oauth_connector.net.egress_proxy import EgressProxy
from oauth_connector.net.resolver import Resolver, UnresolvedError
from oauth_connector.net.special_addresses import Address
from oauth_connector.oauth.signals import Symptom


@dataclass(frozen=True, slots=True)
class Egress:
    """What the settings say about connections: allowed destinations, a file of authorities, and the proxy."""

    allowed: Sequence[AllowedDestination] = ()
    bundle: Path | None = None
    proxy: EgressProxy | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The judged addresses of a target, and the proxy, if any. Without addresses the proxy resolves the name.

    `problem` is why there is no way to the target.
    """

    host: str
    port: int
    addresses: tuple[Address, ...] = ()
    proxy: EgressProxy | None = None
    problem: Symptom | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return what is connected to, in this order, until one accepts."""
        return tuple(map(str, self.addresses)) or (self.host,)


async def find_route(scheme: str, host: str, port: int, egress: Egress, resolver: Resolver) -> Route:
    """Return the route to a target. The proxy is for `https` only: without TLS it could read credentials."""
    proxy = egress.proxy if egress.proxy and scheme == "https" and not egress.proxy.is_bypassed(host) else None
    if proxy is not None and is_allowed_by_name(scheme, host, port, egress.allowed):
        return Route(host, port, proxy=proxy)
    try:
        addresses = await resolver.resolve(host)
    except UnresolvedError as error:
        is_hidden = proxy is not None and error.symptom is Symptom.HOST_NOT_FOUND
        return Route(host, port, proxy=proxy, problem=Symptom.NOT_RESOLVED_HERE if is_hidden else error.symptom)
    destinations = [Destination(scheme, host, port, address) for address in addresses]
    is_open = bool(addresses) and all(is_allowed(each, egress.allowed) for each in destinations)
    return Route(host, port, addresses, proxy, None if is_open else Symptom.DESTINATION_NOT_ALLOWED)
