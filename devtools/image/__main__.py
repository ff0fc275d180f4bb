"""Build the image; `make image` runs this program.

It writes the archive and the list of its content to `build/image/`, and prints the digest and the sizes.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from devtools.image import recipe
from devtools.image.build import ARCHIVE, CHECKOUT, LAYERS, SBOM, Images
from devtools.image.containers import BUILDERS, build_in_container, choose
from devtools.image.errors import ImageError
from devtools.image.image_archive import ImageFacts, read_facts

MEGABYTE = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Build the image; return 1 if this is not possible, with a message."""
    given = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        builder = choose(given.builder)
        _build(builder, given.folder)
        if given.layers is not None:
            _copy_layers(given.layers)
        facts = read_facts(given.folder / ARCHIVE)
    except ImageError as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    if given.output == "json":
        print(json.dumps({**asdict(facts), "archive": str(given.folder / ARCHIVE), "sbom": str(given.folder / SBOM)}))
    else:
        _print_table(builder, given.folder, facts, time.monotonic() - began)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devtools.image", description="Build the image of the operator.")
    builder = os.environ.get("IMAGE_BUILDER") or "auto"
    parser.add_argument("--builder", default=builder, metavar="NAME", help=f"one of auto, {', '.join(BUILDERS)}")
    parser.add_argument("--folder", type=Path, default=Path("build/image"), help="where to write the files")
    parser.add_argument("--layers", type=Path, metavar="FOLDER", help="write the files of the layers, too")
    parser.add_argument("-o", dest="output", choices=("text", "json"), default="text", help="output format")
    return parser


def _build(builder: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if builder != "debian":
        build_in_container(builder, CHECKOUT, folder)
        return
    built = _images().image()
    for name in (ARCHIVE, SBOM):
        shutil.copyfile(built / name, folder / name)


def _copy_layers(folder: Path) -> None:
    """Write the files of each layer to a folder of its name; the Dockerfile copies them."""
    for name, layer in zip(LAYERS, _images().layers(), strict=True):
        shutil.copytree(layer.root, folder / name, symlinks=True)


def _images() -> Images:
    """Return the images of this checkout, with the newest Debian packages."""
    return Images(CHECKOUT, recipe.architecture(), fresh=0.0)


def _print_table(builder: str, folder: Path, facts: ImageFacts, seconds: float) -> None:
    rows = {
        "archive": folder / ARCHIVE,
        "content": folder / SBOM,
        "digest": facts.digest,
        "unpacked": f"{facts.unpacked / MEGABYTE:.1f} MB",
        "packed": f"{facts.packed / MEGABYTE:.1f} MB",
        "built with": f"{builder}, in {seconds:.0f} s",
    }
    for name, value in rows.items():
        print(f"  {name:10}  {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
