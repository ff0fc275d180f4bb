"""A user's machine with a fake Go, which logs its arguments and creates the files that a build would create."""

import json
import sys
from pathlib import Path

import pytest

# A program named go: it logs its arguments, and responds like a toolchain of some version.
GO = """\
#!{python}
import json, os, pathlib, sys
asked = sys.argv[1:]
with open({notes!r}, "a") as notes:
    notes.write(json.dumps([os.environ.get("CGO_ENABLED"), asked]) + "\\n")
if asked[0] == "env":
    print({version!r})
elif {complaint!r}:
    sys.exit({complaint!r})
else:
    pathlib.Path(asked[asked.index("-o") + 1]).touch()
"""


class GoMachine:
    """A user's machine: a cache, programs on the path, and what the environment names."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self._notes = folder / "notes"
        self.path = folder / "path"
        self.path.mkdir()
        self.cache = folder / "cache" / "oauth-connector-operator"
        self.assets = folder / "assets"
        self.assets.mkdir()
        environment.setenv("PATH", str(self.path))
        environment.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        environment.setenv("KUBEBUILDER_ASSETS", str(self.assets))

    def put_go(self, version: str = "go1.26.8", complaint: str = "") -> None:
        """Install Go."""
        go = self.path / "go"
        go.write_text(GO.format(python=sys.executable, notes=str(self._notes), version=version, complaint=complaint))
        go.chmod(0o755)

    def builds(self) -> list[tuple[str | None, list[str]]]:
        """Return each build: the value of `CGO_ENABLED`, and the arguments."""
        calls = [json.loads(line) for line in self._notes.read_text().splitlines()] if self._notes.exists() else []
        return [(cgo, arguments) for cgo, arguments in calls if arguments[0] == "build"]
