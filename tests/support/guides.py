"""The guides in docs/how-to as programs: their commands, run as they stand there, by bash in one folder."""

import os
import re
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools.cluster.binaries import control_plane_binaries
from devtools.go_programs.programs import program

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def read_commands(page: str) -> dict[str, list[str]]:
    """Return the `sh` blocks of a guide by their section; the name of a guide is that of its file."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    _, *parts = SECTION.split(text)
    found = {
        name: [textwrap.dedent(block) for block in BLOCK.findall(body)]
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
    return {name: blocks for name, blocks in found.items() if blocks}


@dataclass(frozen=True)
class GuideUser:
    """A user who follows a guide: a folder with `deploy/` of the repository, kubectl, Helm and a kubeconfig."""

    folder: Path
    kubeconfig: Path

    def prepare(self) -> None:
        """Make the folder look like a checkout."""
        (self.folder / "deploy").symlink_to(ROOT / "deploy")

    def run(self, block: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a block, and return what it printed. Raises `AssertionError` with the output if a command fails."""
        path = (str(control_plane_binaries()), str(program("helm").parent), os.environ["PATH"])
        homes = {f"HELM_{kind}_HOME": str(self.folder / "helm" / kind) for kind in ("CACHE", "CONFIG", "DATA")}
        own = {"PATH": ":".join(path), "KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder), **homes}
        done = subprocess.run(  # noqa: S603  # commands of our own page
            ["bash", "-euo", "pipefail", "-c", block],  # noqa: S607  # the bash of the user
            cwd=self.folder,
            env={**own, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        return done.stdout
