"""The result of a token request: a token, or why there is none."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.connector.observation import Attempt, IssuedToken, Refusal
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.token import Token


@dataclass(frozen=True, slots=True)
class TokenObtained:
    """The provider issued a token; `answer` is the whole token response, perhaps with a refresh token."""

    token: IssuedToken
    attempt: Attempt
    answer: Token


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """There is no token, and why; `refusal` where the same credentials must never be sent again.

    `salvaged` is a refresh token from a response without a token that can be published; `in_doubt`: the provider may
    have processed the request, and the presented grant may be used up.
    """

    problem: Problem
    attempt: Attempt
    refusal: Refusal | None = None
    salvaged: SecretStr | None = None
    in_doubt: bool = False
