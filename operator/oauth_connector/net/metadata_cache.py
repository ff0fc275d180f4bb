"""Keeps the metadata of issuers and resources, bounded in number and in bytes."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Generic, TypeVar

from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.signals import Signal

MOST_ISSUERS = 1024

MOST_BYTES = 4 * 2**20
"""Bytes of all entries."""

Found = TypeVar("Found", ServerMetadata, ProtectedResource)

LARGEST_ENTRY = 64 * 2**10
"""Bytes of one entry. A larger one is fetched again for each request, and displaces none of the others."""

OVERHEAD = 512
"""Bytes of an entry beside its text."""


@dataclass(frozen=True, slots=True)
class MetadataKey:
    """What metadata depends on: the URL of the issuer or the resource, and the name of the TLS options."""

    url: str
    tls: str


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Found]):
    found: Found | Signal
    until: float
    size: int


class MetadataCache(Generic[Found]):
    """Metadata and failures by key; those that were stored last stay."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: OrderedDict[MetadataKey, _Entry[Found]] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get_fresh(self, key: MetadataKey) -> Found | Signal | None:
        """Return what is stored, if its time has not passed."""
        entry = self._entries.get(key)
        return entry.found if entry is not None and self._clock() < entry.until else None

    def get_last(self, key: MetadataKey) -> Found | Signal | None:
        """Return what is stored, whatever its age."""
        entry = self._entries.get(key)
        return entry.found if entry is not None else None

    def put(self, key: MetadataKey, found: Found | Signal, seconds: float) -> None:
        """Store metadata or a failure for some time."""
        self._remove(key)
        size = _measure(key, found)
        if size > LARGEST_ENTRY:
            return
        self._entries[key] = _Entry(found, self._clock() + seconds, size)
        self.size += size
        while len(self._entries) > MOST_ISSUERS or self.size > MOST_BYTES:
            self._remove(next(iter(self._entries)))

    def forget_failures(self) -> None:
        """Remove the failures."""
        for key in [key for key, entry in self._entries.items() if isinstance(entry.found, Signal)]:
            self._remove(key)

    def _remove(self, key: MetadataKey) -> None:
        entry = self._entries.pop(key, None)
        self.size -= entry.size if entry is not None else 0


def _measure(key: MetadataKey, found: ServerMetadata | ProtectedResource | Signal) -> int:
    return OVERHEAD + sum(map(sys.getsizeof, _list_texts((astuple(key), astuple(found)))))


def _list_texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from _list_texts(value)
