"""The address of a client, for rate limits: the peer of the connection, or what a trusted proxy reports.

A client can send any header. So a header counts only if the peer is a trusted proxy, and in a list of addresses only
the last one that is not itself a trusted proxy: the proxy before it has seen this address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

from oauth_connector.api.schema.networks import Network

_Address = IPv4Address | IPv6Address

OWN_PREFIX = 64
"""Bits of an IPv6 address that belong to one client (RFC 6177 §2): it may use each address of its network."""


@dataclass(frozen=True, slots=True)
class ClientAddress:
    """Finds the client of a request. Without a `header`, it is the peer of the connection."""

    header: str = ""
    proxies: Sequence[Network] = ()

    def find(self, request: web.BaseRequest) -> str:
        """Return the address of the client, for IPv6 its network; empty if it is not known."""
        peer = parse_address(request.remote or "")
        reported = ",".join(request.headers.getall(self.header, ())) if self.header else ""
        return _name(self._follow(peer, reversed(reported.split(","))))

    def _follow(self, peer: _Address | None, reported: Iterable[str]) -> _Address | None:
        """Go back from the peer, while the address that reports the next one is a trusted proxy."""
        address = peer
        for text in reported:
            before = parse_address(text) if address is not None and self._is_proxy(address) else None
            if before is None:
                break
            address = before
        return address

    def _is_proxy(self, address: _Address) -> bool:
        return any(address in network for network in self.proxies)


def parse_address(text: str) -> _Address | None:
    """Parse an address as proxies write it, also with a port or in brackets; `None` for any other text."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _name(address: _Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, OWN_PREFIX), strict=False))
    return str(address) if address is not None else ""
