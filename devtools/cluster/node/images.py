"""The images of the node itself, made from Go programs and cached."""

import hashlib
from functools import partial
from pathlib import Path

from devtools.cluster.node.minimal_image import write_image
from devtools.go_programs.programs import program
from devtools.local.cached_folder import cached_folder

IMAGES = ("pause", "coredns")
"""The images that each node needs, named after their programs."""
REGISTRY = "node.invalid"
"""Images with this name are never pulled: no such host exists."""


def image_name(name: str) -> str:
    """Return the name of the image of a program."""
    return f"{REGISTRY}/{name}:1"


def program_image(name: str) -> Path:
    """Return the archive of an image with a program of the catalog. Raises `GoBuildError`."""
    path = program(name)
    key = hashlib.sha256(f"{path.parent.name} {Path(__file__).with_name('minimal_image.py').read_text()}".encode())
    folder = cached_folder(f"image-{name}-{key.hexdigest()[:8]}", partial(_write, name, path))
    return folder / f"{name}.tar"


def _write(name: str, path: Path, folder: Path) -> None:
    write_image(folder / f"{name}.tar", image_name(name), path)
