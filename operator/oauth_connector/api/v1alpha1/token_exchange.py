"""`spec.tokenExchange`: the member of the token exchange grant."""

from typing import Annotated

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import Rule, cel_literal, rule
from oauth_connector.api.schema.urls import AbsoluteURI
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.grant_member import GrantMember
from oauth_connector.api.v1alpha1.references import CredentialValues
from oauth_connector.api.v1alpha1.supplied_token import SuppliedToken
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.grants.token_exchange import ACCESS_TOKEN, JWT, TokenExchange, TypedToken
from oauth_connector.oauth.secret_names import REFRESH_TOKEN_TYPE, is_refresh_token_type

_RequestedType = Annotated[
    AbsoluteURI,
    Rule(
        f"!self.matches({cel_literal(f'^({REFRESH_TOKEN_TYPE})$')})",
        "must not be the type of refresh tokens, because Pods must not receive refresh tokens: request an access token,"
        " or remove it",
        lambda kind: not is_refresh_token_type(kind),
    ),
]


class TokenExchangeSpec(GrantMember):
    """The token that is exchanged, and the type of the requested one (RFC 8693 §2.1)."""

    grant_type = GrantType.TOKEN_EXCHANGE

    subject_token: SuppliedToken = Field(
        description="Token of the party on whose behalf the new token is requested. It is not sent once it has expired."
    )
    subject_token_type: Annotated[AbsoluteURI | None, digests.IN_REQUEST] = Field(
        None,
        description=f"Type of the subject token (RFC 8693 §3). Default: `{JWT}` for the token of a"
        f" ServiceAccount, else `{ACCESS_TOKEN}`.",
    )
    actor_token: SuppliedToken | None = Field(
        None, description="Token of the acting party, which acts on behalf of the subject. Default: none."
    )
    actor_token_type: Annotated[AbsoluteURI | None, digests.IN_REQUEST] = Field(
        None,
        description="Type of the actor token (RFC 8693 §3). Default: as for the subject token, if there is an"
        " actor token.",
    )
    requested_token_type: Annotated[_RequestedType | None, digests.IN_REQUEST] = Field(
        None, description="Type of the requested token (RFC 8693 §3). Default: the provider decides."
    )

    @rule(
        "!has(self.actorTokenType) || has(self.actorToken)",
        "is allowed with actorToken only: remove it, or set actorToken",
        "actorTokenType",
    )
    def _has_actor_for_type(self) -> bool:
        return self.actor_token_type is None or self.actor_token is not None

    @property
    def effective_subject_type(self) -> str:
        """Return the type of the subject token."""
        return _choose_type(self.subject_token, self.subject_token_type)

    def build_grant(self, values: CredentialValues) -> TokenExchange:
        """Build the grant that presents the tokens."""
        subject = TypedToken(_find_token("subjectToken", values), self.effective_subject_type)
        actor = None
        if self.actor_token is not None:
            actor = TypedToken(_find_token("actorToken", values), _choose_type(self.actor_token, self.actor_token_type))
        return TokenExchange(subject, actor, self.requested_token_type or "")

    def describe_presented(self) -> str:
        """Return what the grant presents."""
        actor = " with an actor token" if self.actor_token else ""
        account = self.subject_token.service_account
        source = f" {account.describe()}" if account else ""
        return f"a subject token{source} of type {self.effective_subject_type}{actor}"


def _choose_type(token: SuppliedToken, chosen: str | None) -> str:
    """Return the type of a token: the token of a ServiceAccount is an assertion, and opens no API."""
    return chosen or (JWT if token.service_account is not None else ACCESS_TOKEN)


def _find_token(member: str, values: CredentialValues) -> SecretStr:
    return next(value for path, value in values.items() if path.startswith(f"{member}."))
