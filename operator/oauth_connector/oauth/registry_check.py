"""Checks of a registry, made when it is imported: each name has an entry, and each class sets its traits."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, TypeVar, get_origin

Member = TypeVar("Member")
Row = TypeVar("Row")
Class = TypeVar("Class", bound=type)


def require_complete(keys: Iterable[Member], table: Mapping[Member, Row]) -> Mapping[Member, Row]:
    """Return the table. Raises `TypeError` that names each key without a row: a forgotten row stops the import."""
    missing = [str(key) for key in keys if key not in table]
    if missing:
        raise TypeError(f"no entry for {', '.join(sorted(missing))}")
    return table


def require_traits(table: Mapping[Member, Class]) -> Mapping[Member, Class]:
    """Return the table. Raises `TypeError` that names each class variable that a class declares or inherits unset."""
    missing = [f"{kind.__name__}.{trait}" for kind in table.values() for trait in _list_unset_traits(kind)]
    if missing:
        raise TypeError(f"no value for {', '.join(sorted(missing))}")
    return table


def _list_unset_traits(kind: type) -> Iterator[str]:
    for base in inspect.getmro(kind):
        for name, annotation in inspect.get_annotations(base).items():
            form: object = get_origin(annotation)
            if form is ClassVar and not hasattr(kind, name):
                yield name
