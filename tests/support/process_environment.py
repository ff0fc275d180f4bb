"""The environment of a process of the project: this checkout's code, and no package that the image does not contain."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_IN_THE_IMAGE = Path(__file__).with_name("not_in_the_image")
"""Modules that kopf and structlog import where they are installed; that is an eighth of the operator's start."""


def build_environment(*sources: Path) -> dict[str, str]:
    """Return the variables of this process, with these folders as the sources of modules, by default the operator's.

    They stand before those of the virtual environment, which may have been made in another checkout.
    """
    folders = (NOT_IN_THE_IMAGE, *(sources or (ROOT / "operator",)))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
