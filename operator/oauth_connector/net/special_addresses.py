"""Addresses that are no public servers: the special-purpose registries of IANA.

The tables of the standard library change with the version of Python, and count some of these ranges as global. Here
every range of the registries is closed, also those that IANA calls globally reachable (anycast services of operators):
no authorization server is in one. Sources, of 2025: https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry, and the RFC that each entry names.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

SPECIAL_IPV4: Mapping[str, str] = {
    "0.0.0.0/8": "this network, RFC 791",
    "10.0.0.0/8": "private use, RFC 1918",
    "100.64.0.0/10": "shared address space, RFC 6598",
    "127.0.0.0/8": "loopback, RFC 1122",
    "169.254.0.0/16": "link-local, RFC 3927",
    "172.16.0.0/12": "private use, RFC 1918",
    "192.0.0.0/24": "IETF protocol assignments, RFC 6890, with all that is assigned in it",
    "192.0.2.0/24": "documentation, RFC 5737",
    "192.31.196.0/24": "AS112, RFC 7535",
    "192.52.193.0/24": "AMT, RFC 7450",
    "192.88.99.0/24": "6to4 relay anycast, RFC 7526",
    "192.168.0.0/16": "private use, RFC 1918",
    "192.175.48.0/24": "direct delegation AS112, RFC 7534",
    "198.18.0.0/15": "benchmarking, RFC 2544",
    "198.51.100.0/24": "documentation, RFC 5737",
    "203.0.113.0/24": "documentation, RFC 5737",
    "224.0.0.0/4": "multicast, RFC 5771",
    "240.0.0.0/4": "reserved and limited broadcast, RFC 1112, RFC 8190",
}

SPECIAL_IPV6: Mapping[str, str] = {
    "2001::/23": "IETF protocol assignments, RFC 2928: Teredo, benchmarking, AMT, AS112, ORCHID, DET and more",
    "2001:db8::/32": "documentation, RFC 3849",
    "2002::/16": "6to4, RFC 3056",
    "2620:4f:8000::/48": "direct delegation AS112, RFC 7534",
    "3fff::/20": "documentation, RFC 9637",
}
"""The special ranges within `UNICAST`. Everything outside of it is closed, whatever it is."""

UNICAST = IPv6Network("2000::/3")
"""The part of IPv6 that is assigned for public use (RFC 4291 §2.4, IANA)."""

METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"),
    )
)
"""Metadata and wire servers of clouds; 168.63.129.16 is in a public range."""

_CLOSED: tuple[IPv4Network | IPv6Network, ...] = tuple(map(ip_network, (*SPECIAL_IPV4, *SPECIAL_IPV6)))


def is_special(address: Address) -> bool:
    """Return whether an address is outside of public unicast space, or has a special purpose."""
    unassigned = isinstance(address, IPv6Address) and address not in UNICAST
    return unassigned or address in METADATA or any(address in network for network in _CLOSED)
