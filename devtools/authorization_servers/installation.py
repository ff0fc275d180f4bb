"""Run the installers of the servers; report a failure in one sentence."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from devtools.local.cached_folder import cached_folder, progress

CODE_WORDS = 4  # the lines after "npm error code E404" say more


class InstallationError(Exception):
    """The installation of a program for the tests or the demo failed; the message is one sentence for the terminal."""


def run_installer(what: str, command: Sequence[str], folder: Path) -> None:
    """Run a command in a folder and log to `install.log` there; raise InstallationError with the likely cause."""
    log = folder / "install.log"
    with log.open("a") as output:
        try:
            code = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False).returncode
        except FileNotFoundError:
            raise InstallationError(f"{what} needs the program {command[0]}, which is not installed.") from None
    if code:
        raise InstallationError(
            f"the installation of {what} failed: {find_cause(log.read_text(errors='replace'))} (full log: {log})"
        )


def locked_environment(name: str, what: str, lock: Path, takes: str) -> Path:
    """Return the virtual environment of a lock file and this Python; make it in the cache if there is none.

    `takes` says how long that is, for the line of progress. Raises InstallationError.
    """
    key = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"{name}-{key}", partial(_make_environment, what, lock, takes))


def _make_environment(what: str, lock: Path, takes: str, folder: Path) -> None:
    progress(f"Installing {what} into {folder} (once, {takes})")
    run_installer(what, (sys.executable, "-m", "venv", str(folder)), folder)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run_installer(what, (*pip, "install", "--require-hashes", "--requirement", str(lock)), folder)


def find_cause(log: str) -> str:
    """Return the first line of the output that describes an error in words; if there is none, the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = (line for line in lines if line.lower().startswith(("error", "npm error")))
    return next((line for line in errors if len(line.split()) > CODE_WORDS), lines[-1] if lines else "no output")
