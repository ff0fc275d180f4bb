"""Build one program with Go, and print the progress."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT

from devtools.go_programs.catalog import GoProgram
from devtools.go_programs.go_module import MODULES, go_version_of, stamp_of, version_of
from devtools.local.cached_folder import progress
from devtools.local.child import Child

WORK = "work"
"""The folder of Go's temporary files: Go does not remove them when it is terminated."""
QUIET = 20.0
"""Seconds between two lines of progress if the output is no terminal."""
MINUTE = 60


class GoBuildError(Exception):
    """A program is missing and cannot be built; the message is one sentence for the terminal."""


def build(program: GoProgram, folder: Path) -> None:
    """Build a program into a folder. Raises `GoBuildError`."""
    go = _toolchain(program)
    what = " ".join(filter(None, (program.name, version_of(program))))
    progress(f"Building {what}, once: about {_duration(program.seconds)} on two cores.")
    started = time.monotonic()
    (folder / WORK).mkdir()
    try:
        _run(_command(go, program, folder), program.name, folder)
    finally:
        shutil.rmtree(folder / WORK, ignore_errors=True)
    progress(f"Built in {time.monotonic() - started:.0f} s, stored in {folder}")


def _duration(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 2 * MINUTE else f"{round(seconds / MINUTE)} minutes"


def _toolchain(program: GoProgram) -> str:
    """Return the path of a Go that can build a program; Go may download a newer version of itself."""
    wanted = go_version_of(program.module)
    need = f"{program.name} is built with Go {wanted} or newer"
    go = shutil.which("go")
    if go is None:
        raise GoBuildError(f"{need}. Go is not installed: see go.dev/dl.")
    command = [go, "env", "GOVERSION"]
    done = subprocess.run(command, cwd=MODULES / program.module, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GoBuildError(f"{need} (see go.dev/dl). The installed Go reports: {done.stderr.strip()}")
    found = re.search(r"go(\d+)\.(\d+)", done.stdout)
    if found is None or tuple(map(int, found.groups())) < tuple(map(int, wanted.split("."))):
        raise GoBuildError(f"{need}. Version {done.stdout.strip()} is installed: see go.dev/dl.")
    return go


def _command(go: str, program: GoProgram, folder: Path) -> list[str]:
    linker = f"-s -w {stamp_of(program)}"
    options = ["-C", str(MODULES / program.module), "-v", "-trimpath", "-ldflags", linker, "-tags", program.tags]
    return [go, "build", *options, "-o", str(folder / program.name), program.package]


def _run(command: Sequence[str], name: str, folder: Path) -> None:
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTMPDIR": str(folder / WORK)}
    process = Child(command, folder / f"{name}.log", environment)
    try:
        _watch(process, name)
    finally:
        code = process.stop(SIGINT)  # at SIGINT, Go removes its partial results
    if code:
        raise GoBuildError(f"the build of {name} failed: {process.last_line()} (full log: {process.log})")
    process.log.unlink()


def _watch(process: Child, name: str) -> None:
    """Print the progress of a build: on a terminal one line that changes, else a line every 20 seconds."""
    live, started, printed = sys.stderr.isatty(), time.monotonic(), 0.0
    while not process.has_ended:
        elapsed = time.monotonic() - started
        if live or elapsed - printed >= QUIET:
            printed = elapsed
            packages = sum(not line.startswith("go:") for line in process.log.read_text().splitlines())
            line = f"{name}: {elapsed:4.0f} s, {packages} packages compiled"
            print(line, file=sys.stderr, end="\r" if live else "\n", flush=True)
        time.sleep(0.2)
    if live:
        print(file=sys.stderr)
