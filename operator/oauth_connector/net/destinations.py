"""Destinations inside the network of the operator, which a cluster administrator allows."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from oauth_connector.api.schema.networks import CIDR, Network, parse_network

DEFAULT_PORTS = (443, 8443)
HOST = r"^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$"
LONGEST_HOST = 253
"""Characters of a host name (RFC 1035 §2.3.4), without the dot of the root."""

_CURE = (
    "write a name without scheme, port and path, such as login.corp.example or *.corp.example; ports belong to `ports`,"
    " networks and IPv6 addresses to `cidr`"
)


def _normalize_host(host: str) -> str:
    """Return a host as the guard compares it: in lower case, without the dot of the root."""
    if not re.fullmatch(HOST, host) or len(host) > LONGEST_HOST:
        raise ValueError(f"{host!r:.60} is not a host: {_CURE}")
    return host.lower().removesuffix(".")


def _require_network(cidr: str) -> str:
    parse_network(cidr)
    return cidr


Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[
    str,
    AfterValidator(_normalize_host),
    WithJsonSchema({"type": "string", "pattern": HOST, "maxLength": LONGEST_HOST}),
]
Cidr = Annotated[str, AfterValidator(_require_network), WithJsonSchema({"type": "string", "pattern": CIDR})]


class AllowedDestination(BaseModel):
    """A host by name (exact, or `*.` and a domain for all below it), or a range of addresses, and its ports.

    `http` allows requests without TLS there. A `host` is allowed with any resolved address; a `cidr` is compared with
    the resolved address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host | None = None
    cidr: Cidr | None = None
    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = DEFAULT_PORTS
    http: bool = False

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.host is None) == (self.cidr is None):
            raise ValueError("set exactly one of host and cidr")
        return self

    @property
    def network(self) -> Network | None:
        """Return the range of addresses."""
        return parse_network(self.cidr) if self.cidr is not None else None

    def has_host(self, host: str) -> bool:
        """Return whether the entry names a host."""
        if self.host is None:
            return False
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host
