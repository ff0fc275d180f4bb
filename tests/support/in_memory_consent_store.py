"""Consents in memory, with the API server's rules: a version for each write, a response that is set once.

`before_answer` is what somebody else does between a read and the write that follows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from oauth_connector.consent_server.consent_store import AlreadyAnswered, OpenConsent, Unavailable
from oauth_connector.consent_server.object_key import Name


@dataclass
class ConsentStore:
    """What the pages need of the API server; `reads` counts how often it was asked."""

    held: dict[Name, OpenConsent] = field(default_factory=dict)
    reads: int = 0
    away: bool = False
    loses_answers: bool = False
    before_answer: list[Callable[["ConsentStore"], None]] = field(default_factory=list)

    async def read(self, name: Name) -> OpenConsent | None:
        """See `Consents`."""
        self.reads += 1
        if self.away:
            raise Unavailable
        return self.held.get(name)

    async def answer(self, consent: OpenConsent, sealed: str) -> None:
        """See `Consents`."""
        if self.before_answer:
            self.before_answer.pop(0)(self)
        if self.away:
            raise Unavailable
        held = self.held.get(consent.name)
        if held is None or (held.uid, held.version) != (consent.uid, consent.version) or held.response is not None:
            raise AlreadyAnswered
        self.change(consent.name, response=sealed)
        if self.loses_answers:
            raise Unavailable

    def change(self, name: Name, **fields: object) -> None:
        """Write a consent, as anybody may."""
        held = self.held[name]
        self.held[name] = replace(held, version=str(int(held.version) + 1), **fields)  # type: ignore[arg-type]  # by name
