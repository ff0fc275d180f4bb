"""Client authentication with a signed assertion: `private_key_jwt` and `client_secret_jwt` (OpenID Connect Core §9)."""

from dataclasses import dataclass

from oauth_connector.oauth.assertion import JWT_BEARER, AssertionClaims, sign_assertion
from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signing_key import SigningKey


@dataclass(frozen=True, slots=True)
class SignedAssertionClient(Client):
    """A client that signs a JWT for each request (RFC 7523 §2.2, §3), with its private key or with its secret.

    `audience` is an `AssertionAudience` or a URI; `None` leaves the choice to the request.
    """

    key: SigningKey
    audience: str | None = None

    parameter_names = frozenset({"client_id", "client_assertion_type", "client_assertion"})

    def authenticate(self, context: RequestContext) -> Authentication:
        """Return the identifier and a new assertion; the issuer of the assertion is the client (RFC 7523 §3)."""
        claims = AssertionClaims(self.id, self.id, context.choose_audience(self.audience), "client")
        algorithm = self.key.choose_algorithm(context.signing_algorithms)
        assertion = sign_assertion(context, self.key, algorithm, claims)
        return Authentication(
            form=(("client_id", self.id), ("client_assertion_type", JWT_BEARER), ("client_assertion", assertion))
        )

    def identity(self) -> tuple[str, ...]:
        """Return the method, the identifier, the audience, and what distinguishes the key."""
        return ("SignedAssertion", self.id, self.audience or "", *self.key.identity())
