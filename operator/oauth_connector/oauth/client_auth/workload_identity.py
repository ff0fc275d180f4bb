"""Client authentication with a token that the Kubernetes API issues to a ServiceAccount (RFC 7523 §2.2)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.assertion import JWT_BEARER
from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class WorkloadIdentityClient(Client):
    """A client that presents the token of its workload, which another server has signed, and that has no credential.

    `account` and `audience` are those of the token; the operator's own has no account. Providers that do not name the
    client after the subject of the token, as Microsoft Entra, find it by its identifier, so that it is always sent (RFC
    7521 §4.2).
    """

    account: str
    audience: str
    token: SecretStr

    parameter_names = frozenset({"client_id", "client_assertion_type", "client_assertion"})

    def authenticate(self, context: RequestContext) -> Authentication:  # noqa: ARG002  # the token has an audience
        """Return the identifier and the token."""
        return Authentication(
            form=(
                ("client_id", self.id),
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", self.token.get_secret_value()),
            )
        )

    def identity(self) -> tuple[str, ...]:
        """Return the method, the identifier, and whose token it is for whom. Each request has another token."""
        return ("WorkloadIdentity", self.id, self.account, self.audience)
