"""Destinations inside the network of the operator, which a cluster administrator allows."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

DEFAULT_PORTS = (443, 8443)

Port = Annotated[int, Field(ge=1, le=65535)]


class AllowedDestination(BaseModel):
    """A host by name (exact, or `*.` and a domain for all below it), or a range of addresses, and its ports.

    `http` allows requests without TLS there. A `host` is allowed with any resolved address; a `cidr` is compared with
    the resolved address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    cidr: str | None = None
    ports: tuple[Port, ...] = DEFAULT_PORTS
    http: bool = False

    @field_validator("host")
    @classmethod
    def _in_lower_case(cls, host: str | None) -> str | None:
        return host.lower() if host is not None else None

    @field_validator("cidr")
    @classmethod
    def _is_a_range(cls, cidr: str | None) -> str | None:
        if cidr is not None:
            ip_network(cidr)
        return cidr

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.host is None) == (self.cidr is None):
            raise ValueError("set exactly one of host and cidr")
        return self

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """Return the range of addresses."""
        return ip_network(self.cidr) if self.cidr is not None else None

    def has_host(self, host: str) -> bool:
        """Return whether the entry names a host."""
        if self.host is None:
            return False
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host
