"""Allowed destinations: the public internet over TLS, and every other address only if it is configured."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress_guard import Destination, is_allowed

PUBLIC = "93.184.215.14"


def judged(
    address: str, *allowed: AllowedDestination, scheme: str = "https", host: str = "x.example", port: int = 443
) -> bool:
    """Judge a destination."""
    return is_allowed(Destination(scheme, host, port, ip_address(address)), allowed)


REFUSED = {
    "loopback": "127.0.0.1",
    "loopback elsewhere": "127.8.9.1",
    "loopback in IPv6": "::1",
    "unspecified": "0.0.0.0",  # noqa: S104  # judged, not bound
    "unspecified in IPv6": "::",
    "private, ten": "10.96.0.1",
    "private, 172": "172.16.0.1",
    "private, 192": "192.168.1.1",
    "carrier-grade NAT": "100.64.0.1",
    "link-local and metadata": "169.254.169.254",
    "metadata of a container service": "169.254.170.2",
    "metadata in a public range": "168.63.129.16",
    "metadata of another cloud": "100.100.100.200",
    "metadata in IPv6": "fd00:ec2::254",
    "unique local": "fd12:3456::1",
    "link-local in IPv6": "fe80::1",
    "multicast": "224.0.0.1",
    "multicast in IPv6": "ff02::1",
    "broadcast": "255.255.255.255",
    "documentation": "192.0.2.1",
    "benchmarks": "198.18.0.1",
    "reserved": "240.0.0.1",
    "IPv4 mapped": "::ffff:127.0.0.1",
    "IPv4 mapped, metadata": "::ffff:169.254.169.254",
    "IPv4 compatible": "::127.0.0.1",
    "NAT64 of private": "64:ff9b::10.0.0.1",
    "NAT64 of metadata": "64:ff9b::169.254.169.254",
    "local NAT64 of loopback": "64:ff9b:1::127.0.0.1",
    "local NAT64, read from its middle": "64:ff9b:1:a9fe:a9:fe00:808:808",
    "translated loopback": "::ffff:0:127.0.0.1",
    "site-local": "fec0::1",
    "not given out yet": "4000::1",
    "segment routing": "5f00::1",
    "6to4 of private": "2002:0a00:0001::1",
    "Teredo of loopback": "2001:0:4136:e378:8000:63bf:80ff:fffe",
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_an_address_that_is_not_public_is_refused(sentence: str) -> None:
    """An address of a private network is refused in every notation."""
    assert not judged(REFUSED[sentence])


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::93.184.215.14"])
def test_a_public_address_over_tls_is_open_to_all(address: str) -> None:
    """The ordinary case needs no setting, also where IPv4 is reached through NAT64."""
    assert judged(address)
    assert judged(address, port=8443)


@pytest.mark.parametrize("port", [22, 80, 6443, 8080, 10250])
def test_other_ports_are_refused(port: int) -> None:
    """An authorization server is not a mail server nor a kubelet."""
    assert not judged(PUBLIC, port=port)


def test_plain_http_is_refused() -> None:
    """Credentials go over TLS."""
    assert not judged(PUBLIC, scheme="http")


ALLOWED = {
    "a host by name": (AllowedDestination(host="idp.corp.example"), "10.0.0.1", "https", "idp.corp.example", 443, True),
    "in any case": (AllowedDestination(host="IDP.corp.example"), "10.0.0.1", "https", "idp.CORP.example.", 443, True),
    "another host": (AllowedDestination(host="idp.corp.example"), "10.0.0.1", "https", "api.corp.example", 443, False),
    "a host below a domain": (
        AllowedDestination(host="*.corp.example"),
        "10.0.0.1",
        "https",
        "a.corp.example",
        443,
        True,
    ),
    "the domain itself": (AllowedDestination(host="*.corp.example"), "10.0.0.1", "https", "corp.example", 443, False),
    "a name that only ends alike": (
        AllowedDestination(host="*.corp.example"),
        "10.0.0.1",
        "https",
        "evilcorp.example",
        443,
        False,
    ),
    "a range": (AllowedDestination(cidr="10.0.0.0/8"), "10.1.2.3", "https", "any", 443, True),
    "outside of the range": (AllowedDestination(cidr="10.0.0.0/8"), "11.1.2.3", "https", "any", 8080, False),
    "a range, embedded in IPv6": (AllowedDestination(cidr="10.0.0.0/8"), "::ffff:10.1.2.3", "https", "any", 443, True),
    "another port": (AllowedDestination(cidr="10.0.0.0/8"), "10.1.2.3", "https", "any", 9000, False),
    "the port named": (AllowedDestination(cidr="10.0.0.0/8", ports=(9000,)), "10.1.2.3", "https", "any", 9000, True),
    "without TLS": (AllowedDestination(cidr="10.0.0.0/8"), "10.1.2.3", "http", "any", 443, False),
    "without TLS where allowed": (
        AllowedDestination(cidr="10.0.0.0/8", ports=(80,), http=True),
        "10.1.2.3",
        "http",
        "any",
        80,
        True,
    ),
}


@pytest.mark.parametrize("sentence", ALLOWED)
def test_the_operators_list_opens_what_it_names(sentence: str) -> None:
    """A host or a range, with its ports, and without TLS only where that is said."""
    entry, address, scheme, host, port, expected = ALLOWED[sentence]
    assert judged(address, entry, scheme=scheme, host=host, port=port) == expected


@given(st.ip_addresses())
def test_no_address_is_open_that_python_calls_private(address: object) -> None:
    """An address that the standard library knows as not global needs a configured destination; mapped ones are IPv4."""
    found = ip_address(str(address))
    found = getattr(found, "ipv4_mapped", None) or found
    assert found.is_global or not is_allowed(Destination("https", "x", 443, found), ())


@pytest.mark.parametrize(
    "entry", [{}, {"host": "a", "cidr": "10.0.0.0/8"}, {"cidr": "10.0.0.1/8"}, {"host": "a", "ports": [0]}]
)
def test_an_entry_that_names_nothing_or_twice_is_refused(entry: dict[str, object]) -> None:
    """Exactly one of host and range, which must be one, and ports that exist."""
    with pytest.raises(ValidationError):
        AllowedDestination.model_validate(entry)
