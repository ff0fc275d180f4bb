"""Names of objects in a path, which are validated before an API request uses them."""

import re
from dataclasses import dataclass

from oauth_connector.api.v1alpha1.references import SUBDOMAIN

MAX_LENGTH = 253
_NAMESPACE = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_OBJECT = re.compile(SUBDOMAIN)


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """The namespace and name of an object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @staticmethod
    def parse(namespace: str, name: str) -> "ObjectKey | None":
        """Return the key; nothing if no object can have these names."""
        if len(name) > MAX_LENGTH or not _NAMESPACE.fullmatch(namespace) or not _OBJECT.fullmatch(name):
            return None
        return ObjectKey(namespace, name)
