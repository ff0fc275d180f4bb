"""URLs of authorization servers."""

import ipaddress
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from oauth_connector.api.schema.urls import URL

ADAPTER = TypeAdapter(URL)

hosts = st.from_regex(r"[a-z0-9.-]{1,12}", fullmatch=True) | st.ip_addresses(v=6).map(lambda ip: f"[{ip}]")
groups = st.lists(st.sampled_from(["", "0", "1", "ffff", "12345", "g"]), min_size=1, max_size=10).map(":".join)
pieces = st.text(alphabet="aZ09.-_:/@?#[]%\\ \t\né", max_size=12)


def is_accepted(url: str) -> bool:
    """Return whether the API accepts a URL."""
    try:
        ADAPTER.validate_python(url)
    except ValidationError:
        return False
    return True


@given(hosts, st.integers(1, 65535))
def test_any_host_and_port_is_accepted(host: str, port: int) -> None:
    """Names, IPv4 and IPv6 addresses with any port are accepted."""
    assert is_accepted(f"https://{host}:{port}/token")


@given(groups)
def test_ipv6_addresses_match_the_standard_library(text: str) -> None:
    """The pattern accepts exactly the IPv6 addresses without an IPv4 part."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        assert not is_accepted(f"https://[{text}]/")
    else:
        assert is_accepted(f"https://[{text}]/")


@given(pieces)
def test_an_accepted_url_can_be_parsed(piece: str) -> None:
    """The standard library finds its host and port, and neither user nor fragment."""
    url = f"https://{piece}"
    if is_accepted(url):
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port is None or 0 < parts.port < 65536
        assert (parts.username, parts.password, parts.fragment) == (None, None, "")


@given(st.integers(65536, 99999))
def test_a_port_above_65535_is_rejected(port: int) -> None:
    """The highest port is 65535."""
    assert not is_accepted(f"https://login.example.com:{port}")
