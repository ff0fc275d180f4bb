"""The Secrets that carry our label, as metadata, newest version each.

Versions (`resourceVersion`) are compared as integers: one cluster counts them up over all its objects.
"""

from collections import defaultdict
from collections.abc import Iterator

from oauth_connector.connector.secret.metadata import SecretMetadata

Name = tuple[str, str]

TOMBSTONES = 1000
"""How many removed Secrets are remembered: news of them that comes late is minutes old at most."""


class SecretCache:
    """Metadata by namespace and name, and by the UID of the connector of that namespace that each names."""

    def __init__(self) -> None:
        self._secrets: dict[Name, SecretMetadata] = {}
        self._of_connector: defaultdict[tuple[str, str], set[Name]] = defaultdict(set)
        self._removed: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._secrets)

    def __iter__(self) -> Iterator[SecretMetadata]:
        return iter(tuple(self._secrets.values()))

    def get(self, namespace: str, name: str) -> SecretMetadata | None:
        """Give a Secret as last seen."""
        return self._secrets.get((namespace, name))

    def of_connector(self, namespace: str, uid: str) -> tuple[SecretMetadata, ...]:
        """Give the Secrets of a namespace that name a connector's UID, by name.

        Whoever may write Secrets elsewhere could name it too: what is in another namespace is never a connector's.
        """
        return tuple(self._secrets[name] for name in sorted(self._of_connector.get((namespace, uid), ())))

    def put(self, secret: SecretMetadata) -> bool:
        """Keep a Secret unless this or a newer version is known, or was removed; tell whether it was kept."""
        name = (secret.namespace, secret.name)
        known = self._secrets.get(name)
        if known is not None and _version(known) >= _version(secret):
            return False
        if self._removed.get(secret.uid, -1) >= _version(secret):
            return False
        self._drop(name)
        self._secrets[name] = secret
        if secret.connector_uid:
            self._of_connector[secret.namespace, secret.connector_uid].add(name)
        return True

    def remove(self, secret: SecretMetadata) -> bool:
        """Take out a Secret unless something newer has its name; tell whether it was there.

        It is gone as of the version given, so news of it that is no newer stays out. (The same object may come back
        with a later version: a label that was taken off can be put on again.)
        """
        name = (secret.namespace, secret.name)
        known = self._secrets.get(name)
        if known is not None and _version(known) > _version(secret):
            return False
        self._bury(secret)
        self._drop(name)
        return known is not None

    def _bury(self, secret: SecretMetadata) -> None:
        last = max(self._removed.pop(secret.uid, -1), _version(secret))
        self._removed[secret.uid] = last
        if len(self._removed) > TOMBSTONES:
            del self._removed[next(iter(self._removed))]

    def _drop(self, name: Name) -> None:
        known = self._secrets.pop(name, None)
        if known is None or not known.connector_uid:
            return
        owner = (known.namespace, known.connector_uid)
        names = self._of_connector[owner]
        names.discard(name)
        if not names:
            del self._of_connector[owner]


def _version(secret: SecretMetadata) -> int:
    return int(secret.resource_version)
