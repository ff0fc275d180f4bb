"""The one check of where the operator may connect, asked with the resolved address before a connection is made.

Whoever may write a connector chooses its URLs. Without a check the operator would be that person's hand inside the
cluster: on metadata services, on the API server, on loopback.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from oauth_connector.net.destinations import DEFAULT_PORTS, AllowedDestination

Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 for public use (RFC 4291 §2.4, IANA)."""

_METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"),
    )
)
"""Clouds' metadata and wire servers; two of them lie in public ranges."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a connection would go: scheme and host as the URL has them, port, and one resolved address."""

    scheme: str
    host: str
    port: int
    address: Address


def is_allowed(destination: Destination, allowed: Sequence[AllowedDestination]) -> bool:
    """Tell whether a connection may be made.

    Everybody may go to a public address on port 443 or 8443 with TLS. Any other destination must be named by the
    operator's settings.
    """
    public = all(_is_public(address) for address in _list_reached(destination.address))
    if public and destination.scheme == "https" and destination.port in DEFAULT_PORTS:
        return True
    return any(_entry_allows(entry, destination) for entry in allowed)


def _entry_allows(entry: AllowedDestination, destination: Destination) -> bool:
    if destination.port not in entry.ports or (destination.scheme != "https" and not entry.http):
        return False
    network = entry.network
    if network is not None:
        return all(address in network for address in _list_reached(destination.address))
    return entry.names(destination.host.lower().rstrip("."))


def _is_public(address: Address) -> bool:
    in_use = isinstance(address, IPv4Address) or address in _UNICAST
    return in_use and address.is_global and not address.is_multicast and address not in _METADATA


def _list_reached(address: Address) -> Iterable[Address]:
    """Give the address that a packet would reach: what IPv6 embeds of IPv4 counts as that."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64 or int(address) >> 32 == 0:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)
