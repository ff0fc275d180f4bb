"""The settings that let proxies report the address of a client: a header, and the networks of the proxies.

A list in a file is text with commas in the environment.
"""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_settings import NoDecode

from oauth_connector.api.schema.networks import CIDR, Network, parse_network

HEADER = r"^([A-Za-z0-9-]{1,64})?$"


def _require_header_name(value: str) -> str:
    if not re.fullmatch(HEADER, value):
        raise ValueError("must be the name of a header, such as X-Forwarded-For")
    return value


def _split_networks(value: object) -> object:
    """Split text at its commas; a list of the file stays as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",")) if value.strip() else ()
    return value


def _parse_network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    return parse_network(str(value))  # a number would be an address


TrustedProxies = Annotated[
    tuple[
        Annotated[Network, BeforeValidator(_parse_network), WithJsonSchema({"type": "string", "pattern": CIDR})], ...
    ],
    NoDecode,
    BeforeValidator(_split_networks),
]
"""Networks of proxies."""

HeaderName = Annotated[str, AfterValidator(_require_header_name), WithJsonSchema({"type": "string", "pattern": HEADER})]
"""The name of a header (RFC 9110 §5.1), or nothing."""
