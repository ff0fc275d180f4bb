"""What a pass comes to, before it is told in status."""

from dataclasses import dataclass, field

from oauth_connector.connector.observation import Attempt
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.revocation import Revocation


@dataclass(frozen=True, slots=True)
class PublishedToken:
    """The token that pods can read: where it is, when it was issued and dies, and what its answer told of it.

    `expires` is `None` where the life is unknown; `token_type` is `None` where this pass did not learn it anew.
    """

    secret: str
    issued: int
    expires: int | None
    token_type: str | None = None
    scope: tuple[str, ...] | None = None

    def valid(self, now: float) -> bool:
        """Tell whether it has not expired."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What status tells of a grant: where its browser comes back to, when its refresh token dies, whose yes it is."""

    redirect_uri: str | None = None
    consent_url: str | None = None
    notes: GrantSummary = field(default_factory=GrantSummary)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a pass comes to: the token that is shown, what stands in the way of a fresh one, and when it is asked for.

    `next_call` is the planned second of the next token call; `None` when none is planned. `advice` is what a person
    should do soon, though nothing is wrong yet. `grant` is what is known of the consent behind the token; `revoked` is
    what came of giving it back, where that was asked for.
    """

    now: float
    shown: PublishedToken | None = None
    problem: Problem | None = None
    attempt: Attempt | None = None
    next_call: float | None = None
    advice: Problem | None = None
    grant: GrantFacts | None = None
    revoked: Revocation | None = None


Outcome = Findings | float | None
"""What a pass found; or the time at which to come again with nothing to say (`None`: never)."""


def shown_token(secret: SecretMetadata | None) -> PublishedToken | None:
    """Give the token that a Secret of ours shows, by its metadata."""
    if secret is None or secret.issued_at is None:
        return None
    return PublishedToken(secret.name, secret.issued_at, secret.expires_at)
