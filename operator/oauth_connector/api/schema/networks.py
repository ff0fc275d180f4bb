"""Networks in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), as settings contain them."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_interface

Network = IPv4Network | IPv6Network

CIDR = r"^[0-9A-Fa-f.:]+(/(0|[1-9][0-9]{0,2}))?$"
"""The characters of a network. An address without a length is a network of this address alone."""

_SHAPE = "must be a network in CIDR notation, such as 10.0.0.0/8 or fd00::/8"


def parse_network(text: str) -> Network:
    """Return the network that a text names. Raises `ValueError`, whose text says what to write instead.

    A text with bits of a host is refused, because it may mean the network or the host.
    """
    if not re.fullmatch(CIDR, text) or (":" in text and "." in text):
        raise ValueError(_SHAPE)
    try:
        given = ip_interface(text)
    except ValueError:
        raise ValueError(_SHAPE) from None
    if given.ip != given.network.network_address:
        one = f"{given.ip}/{given.max_prefixlen}"
        raise ValueError(f"{text!r} is not a network: write {given.network}, or {one} for this address alone")
    return given.network
