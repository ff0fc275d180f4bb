"""Patterns of preset parameters, for RE2 and Python. No pattern lets a value leave its place in a URL."""

LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
"""One label of a host name, in lower case (RFC 1123 §2.1)."""

HOST = rf"({LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?"
"""A host name in lower case, of two labels at least; no port, no path, and, by its last label, no IPv4 address."""

_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"

SERVER = rf"{HOST}(:({_PORT}))?(/[A-Za-z0-9_-]+){{0,4}}"
"""A host name, a port if need be, and a path such as `/auth` below which the server is."""

NAME = "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}"
"""One segment of a path, which contains no slash and is not `..`."""

GUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def match_one_of(*values: str) -> str:
    """Return the pattern that matches a few values."""
    return "|".join(value.replace(".", r"\.") for value in values)
