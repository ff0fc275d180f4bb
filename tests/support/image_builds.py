"""Builds of the image, by the program that `make image` runs."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from devtools.image.build import CHECKOUT
from devtools.image.labels import read_source


def build_image(checkout: Path, folder: Path, builder: str, **variables: str) -> Mapping[str, str]:
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
