"""Which field manager owns which field, as the API server records it (`metadata.managedFields`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oauth_connector.api.names import FIELD_MANAGER


@dataclass(frozen=True, slots=True)
class OwnedFields:
    """The names of fields that the operator's field manager owns in a Secret."""

    data: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    annotations: frozenset[str] = frozenset()

    def is_superset_of(self, other: "OwnedFields") -> bool:
        """Return whether these fields include all fields of the other."""
        return self.data >= other.data and self.labels >= other.labels and self.annotations >= other.annotations


def read_owned_fields(managed_fields: object) -> OwnedFields:
    """Read the names that the operator owns from `managedFields`; an entry that is invalid counts as not owned."""
    entries = managed_fields if isinstance(managed_fields, list) else []
    trees = [e.get("fieldsV1") for e in entries if isinstance(e, Mapping) and e.get("manager") == FIELD_MANAGER]
    return OwnedFields(
        data=_names(trees, ("f:data",)),
        labels=_names(trees, ("f:metadata", "f:labels")),
        annotations=_names(trees, ("f:metadata", "f:annotations")),
    )


def _names(trees: Iterable[object], path: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for tree in trees:
        branch: object = tree
        for step in path:
            branch = branch.get(step) if isinstance(branch, Mapping) else None
        if isinstance(branch, Mapping):
            found.update(name.removeprefix("f:") for name in branch if name.startswith("f:"))
    return frozenset(found)
