"""Consents in memory, with the API server's rules: a version for each write, a response that is set once.

`before_write` is what another process does between a read and the write that follows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from oauth_connector.consent_server.consent_store import APIUnavailable, ConsentModified, ConsentView
from oauth_connector.consent_server.object_key import ObjectKey


@dataclass
class InMemoryConsentStore:
    """What the pages need of the API server; `reads` counts the reads."""

    held: dict[ObjectKey, ConsentView] = field(default_factory=dict)
    reads: int = 0
    away: bool = False
    loses_responses: bool = False
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

    def change(self, name: ObjectKey, **fields: object) -> None:
        """Write a consent, as another client may."""
        held = self.held[name]
        self.held[name] = replace(held, version=str(int(held.version) + 1), **fields)  # type: ignore[arg-type]  # by name
