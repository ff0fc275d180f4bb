"""Consents in memory, with the API server's rules: a version for each write, a response that is set once.

`before_write` is what another process does between a read and the write that follows it. `modifies_questions` refuses
the next question, as if there had been such a write.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from oauth_connector.api.v1alpha1.consent import Push
from oauth_connector.consent_protocol.client_keys import PublicKey
from oauth_connector.consent_server.consent_store import APIUnavailable, ConsentModified, ConsentView
from oauth_connector.consent_server.object_key import ObjectKey


@dataclass
class InMemoryConsentStore:
    """What the pages need of the API server; `reads` counts the reads."""

    held: dict[ObjectKey, ConsentView] = field(default_factory=dict)
    reads: int = 0
    away: bool = False
    loses_responses: bool = False
    modifies_questions: bool = False
    before_write: list[Callable[["InMemoryConsentStore"], None]] = field(default_factory=list)

    async def read(self, name: ObjectKey) -> ConsentView | None:
        """See `ConsentStore`."""
        self.reads += 1
        if self.away:
            raise APIUnavailable
        return self.held.get(name)

    async def write_response(self, consent: ConsentView, sealed: str) -> None:
        """See `ConsentStore`."""
        if self.before_write:
            self.before_write.pop(0)(self)
        if self.away:
            raise APIUnavailable
        held = self.held.get(consent.name)
        if held is None or (held.uid, held.version) != (consent.uid, consent.version) or held.response is not None:
            raise ConsentModified
        self.change(consent.name, response=sealed)
        if self.loses_responses:
            raise APIUnavailable

    async def write_question(self, consent: ConsentView, sealed: str) -> None:
        """See `ConsentStore`."""
        self.modifies_questions, modified = False, self.modifies_questions
        held = self.held.get(consent.name)
        if modified or held is None or (held.uid, held.version) != (consent.uid, consent.version):
            raise ConsentModified
        self.change(consent.name, push=Push(request=sealed))

    def change(self, name: ObjectKey, **fields: object) -> None:
        """Write a consent, as another client may."""
        held = self.held[name]
        self.held[name] = replace(held, version=str(int(held.version) + 1), **fields)  # type: ignore[arg-type]  # by name


@dataclass
class InMemoryClientKeyStore:
    """The public keys of clients."""

    held: list[PublicKey] = field(default_factory=list)
    away: bool = False

    async def read(self) -> list[PublicKey]:
        """See `ClientKeyStore`."""
        if self.away:
            raise APIUnavailable
        return self.held
