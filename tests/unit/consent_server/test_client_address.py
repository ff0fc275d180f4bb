"""The address for which rate limits count: a header counts only from a trusted proxy."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from oauth_connector.consent_server.client_address import ClientAddress

HEADER = "X-Forwarded-For"
PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def find(address: ClientAddress, peer: str, *reported: str) -> str:
    """Find the client of a request of a peer with these lines of the header."""
    headers = CIMultiDict((HEADER, line) for line in reported)
    return address.find(make_mocked_request("GET", "/", headers=headers).clone(remote=peer))


@pytest.mark.parametrize("reported", [(), ("192.0.2.9",), ("10.0.0.1, 192.0.2.9",)])
def test_without_the_setting_the_peer_counts(reported: tuple[str, ...]) -> None:
    """A client can send any header."""
    assert find(ClientAddress(), "198.51.100.7", *reported) == "198.51.100.7"


@pytest.mark.parametrize(
    ("peer", "reported", "client"),
    [
        ("198.51.100.7", ("192.0.2.9",), "198.51.100.7"),  # not from a proxy: the header is the client's own
        ("10.1.1.1", (), "10.1.1.1"),
        ("10.1.1.1", ("192.0.2.9",), "192.0.2.9"),
        ("10.1.1.1", ("203.0.113.5, 192.0.2.9",), "192.0.2.9"),  # the client has sent the first one itself
        ("10.1.1.1", ("203.0.113.5", "192.0.2.9"), "192.0.2.9"),  # two lines are one list, RFC 9110 §5.3
        ("10.1.1.1", ("203.0.113.5, 192.0.2.9, 10.2.2.2",), "192.0.2.9"),  # two proxies in a row
        ("10.1.1.1", ("10.3.3.3, 10.2.2.2",), "10.3.3.3"),  # all of them inside
        ("10.1.1.1", ("192.0.2.9, junk",), "10.1.1.1"),
        ("10.1.1.1", ("192.0.2.9,",), "10.1.1.1"),
        ("10.1.1.1", ("x" * 9000,), "10.1.1.1"),
        ("10.1.1.1", ("192.0.2.9:51234",), "192.0.2.9"),  # Azure Application Gateway adds the port
        ("10.1.1.1", ("[2001:db8:1:2::7]:443",), "2001:db8:1:2::/64"),
        ("10.1.1.1", ("2001:db8:1:2:3:4:5:6",), "2001:db8:1:2::/64"),  # one client may use a whole network
        ("fd00::1", ("192.0.2.9",), "192.0.2.9"),
        ("::ffff:10.1.1.1", ("::ffff:192.0.2.9",), "192.0.2.9"),  # a socket for both families
        ("", ("192.0.2.9",), ""),
    ],
)
def test_a_trusted_proxy_reports_the_client(peer: str, reported: tuple[str, ...], client: str) -> None:
    """The last address that is not a trusted proxy counts; what cannot be read counts as not sent."""
    assert find(ClientAddress(HEADER, PROXIES), peer, *reported) == client
