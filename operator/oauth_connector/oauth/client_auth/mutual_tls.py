"""Client authentication with a certificate alone: `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2)."""

from dataclasses import dataclass

from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class MutualTLSClient(Client):
    """A client whose `certificate` authenticates it; the request contains the identifier alone (RFC 8705 §2)."""

    parameter_names = frozenset({"client_id"})

    def authenticate(self, context: RequestContext) -> Authentication:  # noqa: ARG002  # the same for every request
        """Return the identifier as a form parameter."""
        return Authentication(form=(("client_id", self.id),))

    def identity(self) -> tuple[str, ...]:
        """Return the method and the identifier; the certificate is part of the identity of every client."""
        return ("TLS", self.id)
