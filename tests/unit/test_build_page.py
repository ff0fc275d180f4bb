"""The page about building the image states how to verify a build."""

import os
import subprocess
from pathlib import Path

from tests.support.page_commands import PAGES, read_commands

MAKE = """#!/bin/sh
mkdir -p build/image
ls -A "$XDG_CACHE_HOME" >> caches
echo "$1" > build/image/oauth-connector-operator.tar
"""
"""Stands for make: writes an archive, and lists the cache that a build would take the image from."""


def test_two_builds_are_compared_without_a_cache(tmp_path: Path) -> None:
    """Each build of the section has an empty cache, and the digests are printed below each other."""
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(MAKE)
    make.chmod(0o755)
    (block,) = read_commands(PAGES / "build-the-image.md")["Verify a build"]
    environment = {"PATH": f"{make.parent}:{os.environ['PATH']}", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    command = ["bash", "-euo", "pipefail", "-c", block]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)  # noqa: S603  # the command of the page
    first, second = done.stdout.splitlines()
    assert first == second
    assert (tmp_path / "caches").read_text() == ""
    assert len(list(tmp_path.glob("tmp.*"))) == 2
