"""The Secrets that carry the operator's label, as metadata."""

from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.kube.object_cache import ObjectCache


def key_of_secret(secret: SecretMetadata) -> Key:
    """Return the namespace and name of a Secret."""
    return Key(secret.namespace, secret.name)


class SecretCache(ObjectCache[SecretMetadata]):
    """Metadata by namespace and name, and by the connector of the same namespace that each Secret names."""

    def __init__(self) -> None:
        super().__init__(key_of_secret, _connector_of)

    def of_connector(self, namespace: str, uid: str) -> tuple[SecretMetadata, ...]:
        """Return the Secrets of a namespace that name a connector's UID, by name.

        A user with access to another namespace could name the UID there: such a Secret never belongs to the connector.
        """
        return self.group((namespace, uid))


def _connector_of(secret: SecretMetadata) -> tuple[str, str] | None:
    return (secret.namespace, secret.connector_uid) if secret.connector_uid else None
