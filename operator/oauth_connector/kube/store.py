"""The Secrets that carry our label, as metadata, newest version each."""

from collections import defaultdict
from collections.abc import Iterator

from oauth_connector.connector.secret_metadata import SecretMetadata

Name = tuple[str, str]


class SecretStore:
    """Metadata by namespace and name, and by the UID of the connector that each names."""

    def __init__(self) -> None:
        self._secrets: dict[Name, SecretMetadata] = {}
        self._of_connector: defaultdict[str, set[Name]] = defaultdict(set)
        self._removed: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._secrets)

    def __iter__(self) -> Iterator[SecretMetadata]:
        return iter(list(self._secrets.values()))

    def get(self, namespace: str, name: str) -> SecretMetadata | None:
        """Give a Secret as last seen."""
        return self._secrets.get((namespace, name))

    def of_connector(self, uid: str) -> tuple[SecretMetadata, ...]:
        """Give the Secrets that name a connector's UID, by name."""
        return tuple(self._secrets[name] for name in sorted(self._of_connector.get(uid, ())))

    def put(self, secret: SecretMetadata) -> bool:
        """Keep a Secret unless the same or a newer version is known, or it went since; tell whether it was kept."""
        name, version = (secret.namespace, secret.name), int(secret.resource_version)
        known = self._secrets.get(name)
        if known is not None and int(known.resource_version) >= version:
            return False
        if self._removed.get(secret.uid, -1) >= version:
            return False
        self._drop(name)
        self._secrets[name] = secret
        if secret.connector_uid:
            self._of_connector[secret.connector_uid].add(name)
        return True

    def remove(self, secret: SecretMetadata) -> bool:
        """Take out a Secret unless another of its name has come since; tell whether it was there."""
        name = (secret.namespace, secret.name)
        known = self._secrets.get(name)
        if known is None or known.uid != secret.uid:
            return False
        self._removed[secret.uid] = max(int(known.resource_version), int(secret.resource_version))
        if len(self._removed) > 1000:  # noqa: PLR2004  # old news is minutes old at most
            self._removed.pop(next(iter(self._removed)))
        self._drop(name)
        return True

    def _drop(self, name: Name) -> None:
        known = self._secrets.pop(name, None)
        if known is not None and known.connector_uid:
            names = self._of_connector[known.connector_uid]
            names.discard(name)
            if not names:
                del self._of_connector[known.connector_uid]
