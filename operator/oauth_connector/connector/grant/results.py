"""The result of a token request: a token, or why there is none."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import find_default_source
from oauth_connector.connector.grant.server import NO_SERVER, GrantServer
from oauth_connector.connector.grant.unrepeatable_request import UnrepeatableRequest
from oauth_connector.connector.observation import Attempt, IssuedToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.token import Token


@dataclass(frozen=True, slots=True)
class TokenObtained:
    """The provider issued a token; `response` is the whole token response, perhaps with a refresh token.

    `server` is the one that issued it.
    """

    token: IssuedToken
    attempt: Attempt
    response: Token
    server: GrantServer = NO_SERVER


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """The request failed, or was not sent. `unrepeatable` is set where the same request must never be sent again.

    `salvaged` is a refresh token from a response without a token that can be published; `in_doubt`: the provider may
    have processed the request, and the presented grant may be used up. `refused_since` is when a stored refresh token
    was refused first, in seconds since the epoch.
    """

    problem: Problem
    attempt: Attempt
    unrepeatable: UnrepeatableRequest | None = None
    salvaged: SecretStr | None = None
    in_doubt: bool = False
    refused_since: int | None = None


def build_issued_token(token: Token, requested_at: int, spec: OAuthConnectorSpec) -> IssuedToken:
    """Build the token of a response. Its lifetime counts from the request; `refresh.defaultLifetime` is the default."""
    lifetime = token.lifetime if token.lifetime is not None else spec.default_lifetime_seconds
    source = token.lifetime_source if token.lifetime is not None else find_default_source(spec)
    scope = token.scope if token.scope is not None else spec.effective_scopes or None
    expires = requested_at + lifetime
    return IssuedToken(
        token.access_token, token.token_type, requested_at, expires, spec.token_digest, scope, token.fields, source
    )
