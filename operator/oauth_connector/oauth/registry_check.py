"""A check that a table has a row for each value of an enumeration, made when the table is imported."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Row = TypeVar("Row")


def require_complete(keys: Iterable[Key], table: Mapping[Key, Row]) -> Mapping[Key, Row]:
    """Return the table. Raises `TypeError` that names each key without a row: a forgotten row stops the import."""
    missing = [str(key) for key in keys if key not in table]
    if missing:
        raise TypeError(f"no entry for {', '.join(sorted(missing))}")
    return table
