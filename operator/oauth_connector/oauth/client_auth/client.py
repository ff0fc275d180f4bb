"""What every client authentication method has (RFC 6749 §2.3)."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from oauth_connector.oauth.grants.grant import Pairs
from oauth_connector.oauth.request_context import RequestContext, TLSIdentity


@dataclass(frozen=True, slots=True)
class Authentication:
    """How one request is authenticated: the headers and the form parameters that are added to it."""

    headers: Pairs = ()
    form: Pairs = ()


@dataclass(frozen=True, slots=True)
class Client(ABC):
    """A registered client (RFC 6749 §2), together with its authentication method; each method is a subclass.

    `parameter_names` are the form parameters that belong to the method, so that no user can set them another way.
    `certificate` is the one that connections of the client present (RFC 8705 §2), whatever the method is.
    """

    id: str
    certificate: TLSIdentity | None = field(default=None, kw_only=True)

    parameter_names: ClassVar[frozenset[str]]

    @property
    def tls_identity(self) -> TLSIdentity | None:
        """Return the client certificate that the connections of this client present (RFC 8705 §2), if any."""
        return self.certificate

    @abstractmethod
    def authenticate(self, context: RequestContext) -> Authentication:
        """Return what the method adds to a request. It may use the context and the client's own values only."""

    @abstractmethod
    def identity(self) -> tuple[str, ...]:
        """Return the method and its credentials, without values that differ from one request to the next."""
