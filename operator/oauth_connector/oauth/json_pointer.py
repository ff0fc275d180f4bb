"""JSON Pointers (RFC 6901): where a value stands in a response."""

import re
from collections.abc import Mapping

PATTERN = r"(/([^/~]|~[01])*)+"
"""A pointer to something below the top level, without the empty pointer, which names the whole document."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")


def find_value(document: object, pointer: str | None) -> object:
    """Return the value at a pointer (RFC 6901 §4); `None` where there is none, or where no pointer is given."""
    if pointer is None:
        return None
    value = document
    for part in _split(pointer):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and _INDEX.fullmatch(part) is not None:
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value


def find_holder(document: object, pointer: str) -> object:
    """Return the value that contains what a pointer names."""
    return find_value(document, pointer.rpartition("/")[0])


def _split(pointer: str) -> list[str]:
    """Split a pointer; `~1` stands for a slash, and `~0` for a tilde, in this order (RFC 6901 §4)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
