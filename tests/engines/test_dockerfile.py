"""The Dockerfile, run by a container engine: `make image-engines`, since the engine and its base take many minutes."""

from pathlib import Path

import pytest

import devtools.image
from devtools.image.build import ARCHIVE, CHECKOUT, SBOM
from devtools.image.programs import require
from devtools.local.temporary_folder import temporary_folder
from tests.support.image_builds import build_image

MINUTES = 60.0


@pytest.mark.timeout(30 * MINUTES)  # the base image is made first
def test_a_container_engine_yields_the_same_archive() -> None:
    """The Dockerfile, run by buildah on a base of Debian packages, writes the same archive."""
    require("buildah")
    archive: Path = devtools.image.archive()
    with temporary_folder("oauth-connector-buildah-") as folder:
        build_image(CHECKOUT, folder / "out", "buildah")
        for name in (ARCHIVE, SBOM):
            assert (folder / "out" / name).read_bytes() == (archive.parent / name).read_bytes()
