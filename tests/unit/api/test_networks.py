"""Networks in CIDR notation: what settings may contain, and the errors of others."""

import pytest

from oauth_connector.api.schema.networks import parse_network


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.5", "10.0.0.5/32"),
        ("FD00::/8", "fd00::/8"),
        ("::1", "::1/128"),
    ],
)
def test_a_network_is_read(text: str, network: str) -> None:
    """An address alone is a network too."""
    assert str(parse_network(text)) == network


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10.0.0.5/8", "'10.0.0.5/8' is not a network: write 10.0.0.0/8, or 10.0.0.5/32 for this address alone"),
        ("fd00::1/8", "'fd00::1/8' is not a network: write fd00::/8, or fd00::1/128 for this address alone"),
        *(
            (text, "must be a network in CIDR notation, such as 10.0.0.0/8 or fd00::/8")
            for text in (
                "10.0.0.0/99",
                "10.0.0.0/255.0.0.0",  # a mask, which Python reads and Kubernetes does not
                "10.0.0.0/08",
                "010.0.0.0/8",
                "10.0.0/8",
                "fd00:/8",
                "fd00::/129",
                "::ffff:10.0.0.0/104",  # the guard compares the IPv4 address inside, so this would match nothing
                "fe80::%eth0/10",
                "corp.example",
                "10.0.0.0/8\n",
                "",
            )
        ),
    ],
)
def test_what_is_no_network_is_refused_with_what_to_write(text: str, message: str) -> None:
    """Bits of a host are not dropped: a wider network than was meant would be allowed."""
    with pytest.raises(ValueError, match="network") as refused:
        parse_network(text)
    assert str(refused.value) == message
