"""The same sources yield the same bytes, on whatever day, in whatever folder, by whichever builder."""

import shutil
from pathlib import Path

import pytest

from devtools.image.build import ARCHIVE, CHECKOUT, SBOM
from devtools.local.temporary_folder import temporary_folder
from tests.support.image_builds import build_image

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


@pytest.mark.timeout(15 * MINUTES)
def test_another_folder_umask_and_time_zone_yield_the_same_archive(archive: Path) -> None:
    """A build from nothing, in a copy of the checkout, equals one from the cache byte by byte, and so does its list."""
    with temporary_folder("oauth-connector-other-checkout-") as folder:
        for name in COPIED:
            copy = shutil.copytree if (CHECKOUT / name).is_dir() else shutil.copyfile
            copy(CHECKOUT / name, folder / name)
        cache = str(folder / "cache")
        build_image(folder, folder / "out", "debian", XDG_CACHE_HOME=cache, TZ="Pacific/Kiritimati", LC_ALL="C")
        for name in (ARCHIVE, SBOM):
            assert (folder / "out" / name).read_bytes() == (archive.parent / name).read_bytes()
