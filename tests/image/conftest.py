"""Fixtures: the archive of the image, and the files in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.image import archive as build_archive
from devtools.image.image_archive import extract
from devtools.local.temporary_folder import temporary_folder


@pytest.fixture(scope="session")
def archive() -> Path:
    """Return the archive of this checkout's image."""
    return build_archive()


@pytest.fixture(scope="session")
def root(archive: Path) -> Iterator[Path]:
    """Return a folder with the files of the image."""
    with temporary_folder("oauth-connector-image-") as folder:
        folder.chmod(0o755)  # the user of the image has to enter it
        extract(archive, folder)
        yield folder
