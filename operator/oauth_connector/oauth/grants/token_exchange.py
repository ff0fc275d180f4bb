"""The token exchange grant (RFC 8693): the client exchanges a token for another one."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext

TOKEN_TYPE = "urn:ietf:params:oauth:token-type:"
"""The prefix of the token types of RFC 8693 §3."""

ACCESS_TOKEN = f"{TOKEN_TYPE}access_token"
JWT = f"{TOKEN_TYPE}jwt"


@dataclass(frozen=True, slots=True)
class TypedToken:
    """A token and its type, a URI (RFC 8693 §3)."""

    token: SecretStr
    type: str = ACCESS_TOKEN


@dataclass(frozen=True, slots=True)
class TokenExchange(Grant):
    """The client presents a subject token, and perhaps an actor token (RFC 8693 §2.1).

    `requested_type` is empty where the authorization server decides. A refresh token in the response is ignored, as one
    of client credentials is: the next request presents the subject token as it is then.
    """

    subject: TypedToken
    actor: TypedToken | None = None
    requested_type: str = ""

    parameter_names = frozenset(
        {
            *("grant_type", "subject_token", "subject_token_type"),
            *("actor_token", "actor_token_type", "requested_token_type"),
        }
    )
    purpose = Purpose.CREDENTIALS
    renewal = Renewal.CREDENTIALS
    may_return_refresh_token = False
    needs_client = False
    words_of_refusal = frozenset({"invalid_request", "invalid_grant", "invalid_token"})
    """`invalid_request` is the word of RFC 8693 §2.2.2; servers use that of RFC 6749 §5.2 and RFC 6750 §3.1, too."""

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 8693 §2.1)."""
        actor = self.actor or TypedToken(SecretStr(""), "")
        return (
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", self.subject.token.get_secret_value()),
            ("subject_token_type", self.subject.type),
            ("actor_token", actor.token.get_secret_value()),
            ("actor_token_type", actor.type),
            ("requested_token_type", self.requested_type),
        )

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant, and the tokens with their types."""
        actor = (self.actor.token.get_secret_value(), self.actor.type) if self.actor else ()
        subject = (self.subject.token.get_secret_value(), self.subject.type)
        return ("token_exchange", *subject, self.requested_type, *actor)
