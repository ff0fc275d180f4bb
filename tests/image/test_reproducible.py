"""The same sources yield the same bytes, on whatever day, in whatever folder, by whichever builder."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from devtools.image.build import ARCHIVE, CHECKOUT, SBOM
from devtools.image.labels import read_source
from devtools.image.programs import require
from devtools.local.temporary_folder import temporary_folder

COPIED = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "requirements",
    "devtools",
    "operator",
    "Dockerfile",
    ".dockerignore",
)
MINUTES = 60.0


def _build(checkout: Path, folder: Path, builder: str, **variables: str) -> Mapping[str, str]:
    """Build the image of a checkout with this source's commit, and return what the program prints."""
    source = read_source(CHECKOUT)
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "REVISION": source.revision,
        "SOURCE_DATE_EPOCH": str(source.time),
        "SOURCE": source.address,
        **variables,
    }
    command = [sys.executable, "-m", "devtools.image", f"--builder={builder}", f"--folder={folder}", "-o", "json"]
    done = subprocess.run(  # noqa: S603  # a program of this checkout
        command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True, check=True, umask=0o077
    )
    facts: Mapping[str, str] = json.loads(done.stdout)
    return facts


@pytest.mark.timeout(15 * MINUTES)
def test_another_folder_umask_and_time_zone_yield_the_same_archive(archive: Path) -> None:
    """A build from nothing, in a copy of the checkout, equals one from the cache byte by byte, and so does its list."""
    with temporary_folder("oauth-connector-other-checkout-") as folder:
        for name in COPIED:
            copy = shutil.copytree if (CHECKOUT / name).is_dir() else shutil.copyfile
            copy(CHECKOUT / name, folder / name)
        cache = str(folder / "cache")
        _build(folder, folder / "out", "debian", XDG_CACHE_HOME=cache, TZ="Pacific/Kiritimati", LC_ALL="C")
        for name in (ARCHIVE, SBOM):
            assert (folder / "out" / name).read_bytes() == (archive.parent / name).read_bytes()


@pytest.mark.timeout(30 * MINUTES)  # the base image is made first
def test_a_container_engine_yields_the_same_archive(archive: Path) -> None:
    """The Dockerfile, run by buildah on a base of Debian packages, writes the same archive."""
    require("buildah")
    with temporary_folder("oauth-connector-buildah-") as folder:
        _build(CHECKOUT, folder / "out", "buildah")
        for name in (ARCHIVE, SBOM):
            assert (folder / "out" / name).read_bytes() == (archive.parent / name).read_bytes()
