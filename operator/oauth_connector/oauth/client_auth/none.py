"""No client authentication: a public client identifies itself (RFC 6749 §2.1, §3.2.1)."""

from dataclasses import dataclass

from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class PublicClient(Client):
    """A client without credentials: it sends its identifier alone (RFC 6749 §3.2.1)."""

    parameter_names = frozenset({"client_id"})

    def authenticate(self, context: RequestContext) -> Authentication:  # noqa: ARG002  # the same for every request
        """Return the identifier as a form parameter."""
        return Authentication(form=(("client_id", self.id),))

    def identity(self) -> tuple[str, ...]:
        """Return the method and the identifier."""
        return ("None", self.id)
