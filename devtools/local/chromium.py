"""Chromium for tests in a real browser: found, or installed where that is ours to do.

Looked for in this order: the program that `CHROMIUM` names, the usual names on the `PATH`; else, for root on Debian,
apt-get installs it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from devtools.local.cached_folder import progress

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",  # root has none, and the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""For a browser that speaks to nobody but the pages of a test. Its profile is a new, empty folder each time."""

INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core")


class ChromiumError(Exception):
    """There is no Chromium; the message is one sentence for a person."""


def chromium() -> Path:
    """Give the program, installing it if need be. Raises `ChromiumError`."""
    named = os.environ.get("CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise ChromiumError("CHROMIUM names no program that can be run: correct it, or leave it out.")
        return Path(named)
    found = _found()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _found()
    if found is None:
        raise ChromiumError(
            "Chromium is not installed: install it (Debian: apt-get install chromium), or name it in CHROMIUM."
        )
    return found


def _found() -> Path | None:
    paths = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in paths if path), None)


def _install() -> None:
    progress("Installing Chromium (once, about a minute)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), INSTALL):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it said nothing")
            raise ChromiumError(f"Chromium could not be installed by {command[0]} {command[1]}: {last}")
