"""Client authentication in the form (RFC 6749 §2.3.1, `client_secret_post` of OpenID Connect Core §9)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class PostClient(Client):
    """A client that sends its identifier and secret as form parameters (RFC 6749 §2.3.1)."""

    secret: SecretStr

    parameter_names = frozenset({"client_id", "client_secret"})

    def authenticate(self, context: RequestContext) -> Authentication:  # noqa: ARG002  # the same for every request
        """Return the form parameters."""
        return Authentication(form=(("client_id", self.id), ("client_secret", self.secret.get_secret_value())))

    def identity(self) -> tuple[str, ...]:
        """Return the method, the identifier and the secret."""
        return ("Post", self.id, self.secret.get_secret_value())
