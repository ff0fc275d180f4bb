"""The MCP SDK and FastMCP, in a virtual environment of their own, made from requirements/mcp.lock when first used."""

from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import locked_environment

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "mcp.lock"


def program(name: str) -> Sequence[str]:
    """Return the command that runs a program of tests/support/mcp_programs in the environment; install it if needed."""
    python = str(environment() / "bin" / "python")
    return ("env", f"PYTHONPATH={ROOT}", python, "-m", f"tests.support.mcp_programs.{name}")


def environment() -> Path:
    """Return the virtual environment; make it if there is none for this lock file and Python version."""
    return locked_environment("mcp", "the MCP servers", LOCK, "about a minute")
