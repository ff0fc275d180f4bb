"""The result of acting on a connector, before it is written to status."""

from dataclasses import dataclass, field

from oauth_connector.connector.observation import Attempt
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.device_authorization import PollAnswer
from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.revocation import Revocation


@dataclass(frozen=True, slots=True)
class PublishedToken:
    """The token that pods can read: its Secret, when it was issued and expires, and what its response said of it.

    `expires` is `None` where the lifetime is unknown; `lifetime_source` states where it is from. `token_type` is `None`
    where it was not learned now.
    """

    secret: str
    issued: int
    expires: int | None
    token_type: str | None = None
    scope: tuple[str, ...] | None = None
    lifetime_source: LifetimeSource | None = None

    def is_valid(self, now: float) -> bool:
        """Return whether it has not expired."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What status shows of a grant: its redirect URI, the expiry of its refresh token, who consented."""

    redirect_uri: str | None = None
    consent_url: str | None = None
    summary: GrantSummary = field(default_factory=GrantSummary)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a reconciliation found: the published token, why there is no fresh one, and when the next is requested.

    `next_call` is the planned second of the next token request; `None` when none is planned. `warning` is what the user
    should do soon, though nothing is wrong yet; `late` is that mounted files can contain an expired token. `grant` is
    what is known of the consent behind the token; `revoked` is the outcome of a revocation, where one was requested.
    """

    now: float
    published: PublishedToken | None = None
    problem: Problem | None = None
    attempt: Attempt | None = None
    next_call: float | None = None
    warning: Problem | None = None
    late: Problem | None = None
    grant: GrantFacts | None = None
    revoked: Revocation | None = None

    @property
    def has_new_token(self) -> bool:
        """Return whether a token was obtained, and published without a problem."""
        return self.attempt is not None and self.problem is None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The result of acting on a decision.

    Without `findings` there is nothing to write to status; then `requeue_at` is the time of the next reconciliation
    (`None`: when something changes). With findings the checks say when that is. `poll` is what a poll for a user's
    decision was answered with: that is no failure of the connector.
    """

    findings: Findings | None = None
    requeue_at: float | None = None
    poll: PollAnswer | None = None

    @property
    def problem(self) -> Problem | None:
        """Return the problem that was found, if any."""
        return self.findings.problem if self.findings is not None else None


def find_published_token(secret: SecretMetadata | None) -> PublishedToken | None:
    """Return the token in an owned Secret, by its metadata."""
    if secret is None or secret.issued_at is None:
        return None
    source = secret.lifetime_source
    return PublishedToken(secret.name, secret.issued_at, secret.expires_at, lifetime_source=source)
