"""Parameters that the operator sets itself, in a form in which every server reads the same names.

Some servers ignore the case of a name, and PHP reads `.` as `_`: `Grant.Type` is a second `grant_type` for them.
"""

from collections.abc import Collection
from urllib.parse import unquote_plus, urlsplit, urlunsplit


def normalize_name(name: str) -> str:
    """Return a name in lower case, with `_` for `.`, as the most lenient servers read it."""
    return name.lower().replace(".", "_")


def drop_reserved_parameters(url: str, reserved: Collection[str]) -> str:
    """Return a URL without a fragment, and without reserved parameters in its query; the others stay as they are."""
    parts = urlsplit(url)
    if not parts.query and not parts.fragment:
        return url
    names = {normalize_name(name) for name in reserved}
    kept = [part for part in parts.query.split("&") if part and _read_name(part) not in names]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


def _read_name(part: str) -> str:
    return normalize_name(unquote_plus(part.partition("=")[0]))
