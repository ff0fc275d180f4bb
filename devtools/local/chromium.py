"""Chromium for tests in a real browser: found, or installed by root on Debian.

The program that `CHROMIUM` names comes first, then the usual names on the `PATH`. If there is none, apt-get installs it
(root on Debian only).
"""

import os
import shutil
import subprocess
from pathlib import Path

from devtools.local.cached_folder import progress

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",  # unavailable to root; the pages are those of the tests
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""The browser makes no requests except to the pages of a test. Its profile is a new, empty folder each time."""

INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core")


class ChromiumError(Exception):
    """There is no Chromium; the message is one sentence for the terminal."""


def chromium() -> Path:
    """Return the path of the program; install it if necessary. Raises `ChromiumError`."""
    named = os.environ.get("CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise ChromiumError("CHROMIUM does not name an executable program: correct it, or unset it.")
        return Path(named)
    found = _find_program()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _find_program()
    if found is None:
        raise ChromiumError(
            "Chromium is not installed: install it (Debian: apt-get install chromium), or set CHROMIUM to its path."
        )
    return found


def _find_program() -> Path | None:
    paths = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in paths if path), None)


def _install() -> None:
    progress("Installing Chromium (once, about a minute)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), INSTALL):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no output")
            raise ChromiumError(f"the installation of Chromium by {command[0]} {command[1]} failed: {last}")
