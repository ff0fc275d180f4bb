"""Running the installers of the servers, and telling in one sentence why they failed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

CODE_WORDS = 4  # "npm error code E404" says less than the lines that follow it


class InstallationError(Exception):
    """A program of the tests or of the demo could not be installed; the message is one sentence for a person."""


def run_installer(what: str, command: Sequence[str], folder: Path) -> None:
    """Run a command in a folder, its output in `install.log` there; raises InstallationError with the likely cause."""
    log = folder / "install.log"
    with log.open("a") as output:
        try:
            code = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False).returncode
        except FileNotFoundError:
            raise InstallationError(f"{what} needs the program {command[0]}, which is not installed.") from None
    if code:
        raise InstallationError(
            f"{what} could not be installed: {cause(log.read_text(errors='replace'))} (all of it: {log})"
        )


def cause(log: str) -> str:
    """Give the first line of an installer's output that tells an error in words, not in a code; else the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = (line for line in lines if line.lower().startswith(("error", "npm error")))
    return next((line for line in errors if len(line.split()) > CODE_WORDS), lines[-1] if lines else "it said nothing")
