"""A cache of objects of one kind: the newest version of each, by namespace and name.

Versions (`resourceVersion`) are compared as integers: one cluster counts them up over all its objects.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator
from typing import Generic, Protocol, TypeVar

from oauth_connector.connector.observation import Key

TOMBSTONES = 1000
"""The number of removed objects that are remembered, because an older event of them may arrive later."""


class Versioned(Protocol):
    """An object of the Kubernetes API."""

    @property
    def uid(self) -> str:
        """The UID: a new object with the same name has another."""

    @property
    def resource_version(self) -> str:
        """The version, a number as text."""


T = TypeVar("T", bound=Versioned)


class ObjectCache(Generic[T]):
    """Objects by key, and by the group that each belongs to (`None`: to no group).

    `rank_of` orders the objects of a group; those of one rank are in the order of their keys.
    """

    def __init__(
        self,
        key_of: Callable[[T], Key],
        group_of: Callable[[T], Hashable | None],
        rank_of: Callable[[T], float] = lambda _item: 0,
    ) -> None:
        self._key_of = key_of
        self._group_of = group_of
        self._rank_of = rank_of
        self._objects: dict[Key, T] = {}
        self._groups: defaultdict[Hashable, list[tuple[float, Key]]] = defaultdict(list)
        self._removed: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._objects.values()))

    def get(self, key: Key) -> T | None:
        """Return an object as it was last seen."""
        return self._objects.get(key)

    def group(self, group: Hashable, limit: int | None = None) -> tuple[T, ...]:
        """Return the objects of a group, or the first of them, in their order."""
        return tuple(self._objects[key] for _, key in self._groups.get(group, [])[:limit])

    def put(self, item: T) -> bool:
        """Keep an object unless this or a newer version is known, or was removed; return whether it was kept."""
        key, version = self._key_of(item), int(item.resource_version)
        group, rank = self._group_of(item), self._rank_of(item)  # before any change: an item may raise
        known = self._objects.get(key)
        if known is not None and int(known.resource_version) >= version:
            return False
        if self._removed.get(item.uid, -1) >= version:
            return False
        self._drop(key)
        self._objects[key] = item
        if group is not None:
            insort(self._groups[group], (rank, key))
        return True

    def remove(self, item: T) -> bool:
        """Remove an object; return whether it was there. See `remove_version`."""
        return self.remove_version(self._key_of(item), item.uid, item.resource_version) is not None

    def remove_version(self, key: Key, uid: str, version: str) -> T | None:
        """Remove an object unless something newer has its name; return what was removed.

        Events with this or an older version are ignored. The same object may return with a later version,
        when a label that selects it is removed and set again.
        """
        known = self._objects.get(key)
        if known is not None and int(known.resource_version) > int(version):
            return None
        self._remember_removal(uid, int(version))
        self._drop(key)
        return known

    def retain_listed(self, uids: Collection[str], version: int, namespace: str = "") -> list[T]:
        """Remove what a full list of some version does not contain; newer objects stay. Return what was removed.

        A list of one `namespace` removes nothing from others.
        """
        gone = [item for item in self._within(namespace) if item.uid not in uids]
        return [item for item in gone if int(item.resource_version) <= version and self.remove(item)]

    def drop_namespace(self, namespace: str) -> list[T]:
        """Drop the objects of a namespace, which may return in the same version. Return what was dropped."""
        dropped = self._within(namespace)
        for item in dropped:
            self._drop(self._key_of(item))
        return dropped

    def _within(self, namespace: str) -> list[T]:
        return [item for item in self if not namespace or self._key_of(item).namespace == namespace]

    def _remember_removal(self, uid: str, version: int) -> None:
        self._removed[uid] = max(self._removed.pop(uid, -1), version)
        if len(self._removed) > TOMBSTONES:
            del self._removed[next(iter(self._removed))]

    def _drop(self, key: Key) -> None:
        known = self._objects.pop(key, None)
        group = self._group_of(known) if known is not None else None
        if known is None or group is None:
            return
        members = self._groups[group]
        del members[bisect_left(members, (self._rank_of(known), key))]
        if not members:
            del self._groups[group]
