"""What a field of the spec declares about digests: those that it enters, and how its value is read for each.

The fields of a member, such as `spec.provider`, declare them one by one, and the member itself declares none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from oauth_connector.api.v1alpha1.credentials import Reference, list_models
from oauth_connector.api.v1alpha1.references import ConfigMapKeyReference

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

_REFERENCES = Reference | ConfigMapKeyReference


class DigestKind(StrEnum):
    """The digests of a spec."""

    REQUEST = "Request"
    """All that shapes the token request. A failure is known again by it."""
    CONSENT = "Consent"
    """What a user consents to and a refresh cannot change. Another value needs another consent."""
    OUTPUT = "Output"
    """All that shapes the output Secret. Another value means that the Secret is rendered again from the same token."""


ReadEntry = Callable[["OAuthConnectorSpec"], object]


@dataclass(frozen=True, slots=True)
class Digested:
    """Metadata of a field of the spec: the digests that it enters, and as what.

    `entries` hold, for each digest, the name of an entry and how it is read. Several fields may share an entry. A field
    in `plain` enters a digest under its own path with its own value, and is left out where it is absent, so that a new
    field leaves the digests of existing connectors as they are.
    """

    entries: Mapping[DigestKind, tuple[str, ReadEntry]]
    plain: frozenset[DigestKind] = frozenset()


def require_declarations(model: type[BaseModel]) -> None:
    """Raise `TypeError` that names each field which does not declare the digests that it enters."""
    missing = [".".join(path) for path, field in _list_fields(model) if _declaration(field) is None]
    if missing:
        raise TypeError(f"no declaration of digests for {', '.join(missing)}")


@cache  # the declarations of a model never change, and each spec of thousands is digested several times
def find_entries(
    model: type[BaseModel], kind: DigestKind
) -> tuple[Mapping[str, ReadEntry], tuple[tuple[str, ...], ...]]:
    """Return how each entry of a digest is read, and the paths of the fields that enter it with their own value."""
    found = ((path, _declaration(field)) for path, field in _list_fields(model))
    declarations = [(path, declared) for path, declared in found if declared is not None]
    readers = dict(declared.entries[kind] for _, declared in declarations if kind in declared.entries)
    plain = (path for path, declared in declarations if kind in declared.plain and kind not in declared.entries)
    return readers, tuple(plain)


@cache
def find_sharing_fields(member: type[BaseModel], entry: str) -> frozenset[str]:
    """Return the names of a member's fields that declare an entry."""
    declared = {name: _declaration(field) for name, field in member.model_fields.items()}
    return frozenset(
        name for name, each in declared.items() if each and entry in {shared for shared, _ in each.entries.values()}
    )


def _list_fields(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yield path and declaration of each field, and in the place of a member those of its fields.

    A reference to an object is one value. So is a list, whose items are digested as a whole. Raises `TypeError` for a
    member that declares digests: a later field of it would enter none, and no check would report this.
    """
    for name, field in model.model_fields.items():
        path, member = (*above, field.alias or name), _find_member(field)
        if member is None:
            yield path, field
        elif _declaration(field) is not None:
            raise TypeError(f"{'.'.join(path)} declares digests in the place of its fields")
        else:
            yield from _list_fields(member, path)


def _find_member(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that is a member of the spec; `None` where the field is one value."""
    models = [kind for kind, in_collection in list_models(field.annotation) if not in_collection]
    return next((kind for kind in models if not issubclass(kind, _REFERENCES)), None)


def _declaration(field: FieldInfo) -> Digested | None:
    return next((each for each in field.metadata if isinstance(each, Digested)), None)
