"""The egress guard: whether the operator may connect to a resolved address.

A user who may write a connector chooses its URLs. Without this check, the operator would send that user's requests to
metadata services, to the API server and to loopback.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network

from oauth_connector.net.destinations import DEFAULT_PORTS, AllowedDestination
from oauth_connector.net.special_addresses import Address, is_special

_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a connection: scheme and host as in the URL, port, and one resolved address."""

    scheme: str
    host: str
    port: int
    address: Address


def is_allowed(destination: Destination, allowed: Sequence[AllowedDestination]) -> bool:
    """Return whether a connection is allowed.

    A public address on port 443 or 8443 with TLS is always allowed. The settings of the operator must allow any other
    destination. Public is what no registry of special addresses contains.
    """
    public = not any(is_special(address) for address in _list_reached(destination.address))
    if public and destination.scheme == "https" and destination.port in DEFAULT_PORTS:
        return True
    return any(_is_covered_by(entry, destination) for entry in allowed)


def is_allowed_by_name(scheme: str, host: str, port: int, allowed: Sequence[AllowedDestination]) -> bool:
    """Return whether an entry names the host, so that it is allowed with any address."""
    name = host.lower().rstrip(".")
    return any(entry.has_host(name) and port in entry.ports and (scheme == "https" or entry.http) for entry in allowed)


def _is_covered_by(entry: AllowedDestination, destination: Destination) -> bool:
    if destination.port not in entry.ports or (destination.scheme != "https" and not entry.http):
        return False
    network = entry.network
    if network is not None:
        return all(address in network for address in _list_reached(destination.address))
    return entry.has_host(destination.host.lower().rstrip("."))


def _list_reached(address: Address) -> Iterable[Address]:
    """List the addresses that a packet would reach: an IPv4 address that is embedded in IPv6 counts as such."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address, address.sixtofour)
    if address.teredo is not None:
        return (address, *address.teredo)
    if address in _NAT64 or int(address) >> 32 == 0:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)
