"""Redis, which Argo CD needs: found, or installed where this is possible.

In Debian, the program of the server is in the package redis-tools, as redis-check-rdb: the name by which it is started
decides what it is. The package redis-server would add a user and a service, and start it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from devtools.local.cached_folder import progress

SERVER = "redis-server"
PROGRAMS = (SERVER, "redis-check-rdb")
PACKAGE = "redis-tools"
LOCK = "DPkg::Lock::Timeout=120"
"""Wait, in seconds, while another program installs packages."""


class PackageError(Exception):
    """Redis is missing and cannot be installed; the message is one sentence for the terminal."""


def require_redis() -> Path:
    """Return a program that is Redis when it is started as `redis-server`.

    As root on Debian, install it if necessary. Raises `PackageError`.
    """
    found = _find_redis()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _find_redis()
    if found is None:
        raise PackageError(f"{SERVER} is missing: install Redis (Debian: apt-get install {PACKAGE}).")
    return found


def _find_redis() -> Path | None:
    return next((Path(path) for path in map(shutil.which, PROGRAMS) if path), None)


def _install() -> None:
    progress(f"Installing {PACKAGE}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", PACKAGE]):
        done = subprocess.run(
            ["apt-get", "-qq", "-o", LOCK, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2]
            raise PackageError(f"apt-get cannot install {PACKAGE}: {reason}")
