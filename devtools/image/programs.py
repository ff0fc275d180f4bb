"""Programs that the build needs: run, and installed if they are missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from devtools.image.errors import ImageError
from devtools.local.cached_folder import progress

DEBIAN_PACKAGES: Mapping[str, str] = {"strip": "binutils", "mmdebstrap": "mmdebstrap", "buildah": "buildah"}
"""The Debian package of a program that is not part of every Debian."""


def run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    """Run a program with additional environment variables, and return what it prints.

    Raises `ImageError` with the last line of its messages.
    """
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **variables}
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ImageError(f"The program {command[0]} is not installed.") from None
    if done.returncode:
        cause = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ImageError(f"{Path(command[0]).name} failed: {cause}")
    return done.stdout


def require(*programs: str) -> None:
    """Install the Debian packages of programs that are missing. Raises `ImageError` if this is not possible."""
    missing = sorted(DEBIAN_PACKAGES[name] for name in programs if shutil.which(name) is None)
    if not missing:
        return
    if os.geteuid() or shutil.which("apt-get") is None:
        raise ImageError(f"Missing Debian packages: {', '.join(missing)}. Install them, or use docker.")
    progress(f"Installing {', '.join(missing)}")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")
