"""The MCP SDK and FastMCP, in a virtual environment of their own, made from requirements/mcp.lock when first used."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import run_installer
from devtools.local.cached_folder import cached_folder, progress

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "mcp.lock"


def program(name: str) -> Sequence[str]:
    """Return the command that runs a program of tests/support/mcp_programs in the environment; install it if needed."""
    python = str(environment() / "bin" / "python")
    return ("env", f"PYTHONPATH={ROOT}", python, "-m", f"tests.support.mcp_programs.{name}")


def environment() -> Path:
    """Return the virtual environment; make it if there is none for this lock file and Python version."""
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"mcp-{key}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing the MCP servers into {folder} (once, about a minute)")
    run_installer("the MCP servers", (sys.executable, "-m", "venv", str(folder)), folder)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run_installer("the MCP servers", (*pip, "install", "--require-hashes", "--requirement", str(LOCK)), folder)
