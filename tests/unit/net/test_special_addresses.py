"""The ranges that are closed by default are those of the registries, whatever the version of Python knows."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from oauth_connector.net.special_addresses import METADATA, SPECIAL_IPV4, SPECIAL_IPV6, is_special

# The entries of https://www.iana.org/assignments/iana-ipv4-special-registry and of
# https://www.iana.org/assignments/iana-ipv6-special-registry, and multicast (RFC 5771, RFC 4291).
REGISTRY = [
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
]

# Addresses right before and right after the ranges: they are public.
PUBLIC = [
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.31.195.255",
    "192.31.197.0",
    "192.52.192.255",
    "192.52.194.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "192.175.47.255",
    "192.175.49.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "168.63.129.15",
    "2000::",
    "2001:200::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2003::",
    "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
    "2620:4f:8001::",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
]


@pytest.mark.parametrize("entry", REGISTRY)
def test_each_range_of_the_registries_is_closed(entry: str) -> None:
    """From its first to its last address."""
    network = ip_network(entry)
    assert is_special(network.network_address)
    assert is_special(network.broadcast_address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_neighbours_of_the_ranges_are_public(address: str) -> None:
    """No range is larger than that of the registry."""
    assert not is_special(ip_address(address))


def test_the_tables_contain_the_registries_and_nothing_else() -> None:
    """A range that is added or removed is a decision, and this test changes with it."""
    registered = [ip_network(entry) for entry in REGISTRY]
    for table in (SPECIAL_IPV4, SPECIAL_IPV6):
        assert {ip_network(entry) for entry in table} <= set(registered)


@pytest.mark.parametrize("address", METADATA)
def test_servers_of_metadata_are_closed(address: IPv4Address | IPv6Address) -> None:
    """Also where a cloud chose an address in a public range."""
    assert is_special(address)
