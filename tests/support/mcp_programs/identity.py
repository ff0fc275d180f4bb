"""The one tool of the MCP servers: who calls."""

from typing import Any


def describe(token: Any) -> dict[str, object]:
    """Return the user and the scopes of the caller's access token."""
    return {"user": token.subject or token.claims["sub"], "scopes": sorted(token.scopes)}
