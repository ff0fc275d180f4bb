"""Redis, which Argo CD needs: found, or installed where this is possible."""

import os
import shutil
import subprocess

from devtools.local.cached_folder import progress

PROGRAM = PACKAGE = "redis-server"


class PackageError(Exception):
    """Redis is missing and cannot be installed; the message is one sentence for the terminal."""


def require_redis() -> str:
    """Return the path of redis-server; as root on Debian, install it if necessary. Raises `PackageError`."""
    found = shutil.which(PROGRAM)
    if found is None:
        _install()
        found = shutil.which(PROGRAM)
    if found is None:
        raise PackageError(f"{PROGRAM} is missing: install it (Debian: apt-get install {PACKAGE}).")
    return found


def _install() -> None:
    if os.geteuid() or shutil.which("apt-get") is None:
        return
    progress(f"Installing {PACKAGE}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # does not start the service
    for command in (["update"], ["install", "-y", "--no-install-recommends", PACKAGE]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, check=False)
