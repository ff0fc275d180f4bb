"""The record of a token request, for metrics and logs."""

from collections.abc import Callable
from dataclasses import dataclass

from oauth_connector.connector.observation import Key


@dataclass(frozen=True, slots=True)
class TokenRequestRecord:
    """A token request that was made: `result` is `success` or the reason of its failure."""

    connector: Key
    host: str
    grant_type: str
    result: str
    seconds: float


OnTokenRequest = Callable[[TokenRequestRecord], None]
