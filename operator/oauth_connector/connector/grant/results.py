"""What came of asking for a token: one was given, or why not."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.connector.observation import Attempt, IssuedToken, Refusal
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.token import Token


@dataclass(frozen=True, slots=True)
class TokenObtained:
    """The provider gave a token; `answer` is all that it said, a refresh token among it perhaps."""

    token: IssuedToken
    attempt: Attempt
    answer: Token


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """There is no token, and why; `refusal` where the same credentials must never be sent again.

    `salvaged` is a refresh token that came with an answer which holds no token that can be published; `in_doubt`: the
    request may have been carried out, and what it presented be used up.
    """

    problem: Problem
    attempt: Attempt
    refusal: Refusal | None = None
    salvaged: SecretStr | None = None
    in_doubt: bool = False
