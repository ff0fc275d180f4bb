"""The JWT bearer grant (RFC 7523 §2.1): the client presents an assertion, its own or one of another server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from oauth_connector.oauth.assertion import LIFETIME, AssertionClaims, sign_assertion
from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signing_key import SigningKey


@dataclass(frozen=True, slots=True)
class OwnAssertion:
    """An assertion that is signed for each request (RFC 7523 §3).

    `audience` is an `AssertionAudience` or text; `None` leaves the choice to the request.
    `further` are other claims; `lifetime` is in seconds.
    """

    key: SigningKey
    issuer: str
    subject: str = ""
    audience: str | None = None
    further: Mapping[str, str] = field(default_factory=dict)
    lifetime: int = LIFETIME

    def make(self, context: RequestContext, scope: str) -> str:
        """Sign the assertion of one request; a scope that is not empty becomes claim `scope`."""
        further = {**self.further, **({"scope": scope} if scope else {})}
        claims = AssertionClaims(
            self.issuer, self.subject, context.choose_audience(self.audience), "grant", further, lifetime=self.lifetime
        )
        return sign_assertion(context, self.key, self.key.choose_algorithm(), claims)

    def identity(self) -> tuple[str, ...]:
        """Return what distinguishes the assertions: key and claims, without those that differ in each request."""
        claims = (self.issuer, self.subject, self.audience or "", *map(repr, sorted(self.further.items())))
        return (*self.key.identity(), *claims)


@dataclass(frozen=True, slots=True)
class GivenAssertion:
    """An assertion that another server has issued: it is sent as it is."""

    assertion: SecretStr

    def make(self, context: RequestContext, scope: str) -> str:  # noqa: ARG002  # it exists already
        """Return the assertion."""
        return self.assertion.get_secret_value()

    def identity(self) -> tuple[str, ...]:
        """Return the assertion."""
        return (self.assertion.get_secret_value(),)


@dataclass(frozen=True, slots=True)
class JWTBearer(Grant):
    """The client presents an assertion (RFC 7523 §2.1).

    A refresh token in the response is ignored: another assertion can always be presented.
    """

    source: OwnAssertion | GivenAssertion

    parameter_names = frozenset({"grant_type", "assertion"})
    purpose = Purpose.CREDENTIALS
    renewal = Renewal.CREDENTIALS
    may_return_refresh_token = False
    needs_client = False
    words_of_refusal = frozenset(
        {
            "invalid_grant",  # RFC 7523 §3.1
            "invalid_assertion",
            *("consent_required", "interaction_required", "login_required"),  # DocuSign, Microsoft Entra
        }
    )

    def form(self, context: RequestContext) -> Pairs:
        """Return the parameters (RFC 7523 §2.1)."""
        scope = "" if self.sends_scope else context.scope
        assertion = self.source.make(context, scope)
        return (("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion))

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant, and what distinguishes the assertion."""
        return ("jwt_bearer", *self.source.identity())


@dataclass(frozen=True, slots=True)
class JWTBearerWithScope(JWTBearer):
    """The client presents an assertion that contains the scopes, which are no parameter of the request then."""

    sends_scope = False
