"""The commands of a page, run as they stand there: by bash, in order, with kubectl and Helm on the path."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import yaml

from devtools.cluster.binaries import control_plane_binaries
from devtools.go_programs.programs import program

ROOT = Path(__file__).parents[2]
SHORT_RUN = {"GOGC": "off", "GOMEMLIMIT": "1GiB"}
"""For kubectl and Helm, which end soon: to collect garbage takes a quarter of their CPU time."""

PAGES = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## ", re.MULTILINE)


def read_commands(page: Path) -> dict[str, list[str]]:
    """Return the `sh` blocks of a page by their section; those before the first section have the name ``."""
    found: dict[str, list[str]] = {}
    for section in SECTION.split(f"\n{page.read_text(encoding='utf-8')}"):
        title, _, text = section.partition("\n")
        found[title.strip()] = _list_blocks(text, "sh")
    return {title: blocks for title, blocks in found.items() if blocks}


def read_blocks(page: Path, language: str) -> list[str]:
    """Return the blocks of a page in a language, `sh` or `yaml`, in their order."""
    return _list_blocks(page.read_text(encoding="utf-8"), language)


def _list_blocks(text: str, language: str) -> list[str]:
    return [dedent(block) for _, kind, block in BLOCK.findall(text) if kind == language]


class PageShell:
    """A folder that looks like a checkout, in which the commands of a page run as one user of a cluster."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        self._folder = folder
        self._kubeconfig = kubeconfig
        for name in ("crds", "deploy"):
            if not (folder / name).exists():  # shells of several users may share a folder
                (folder / name).symlink_to(ROOT / name)

    def run(self, commands: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a block, and return what it printed. Raises `AssertionError` with the output if a command fails."""
        path = (str(control_plane_binaries()), str(program("helm").parent), os.environ["PATH"])
        homes = {f"HELM_{kind}_HOME": str(self._folder / "helm" / kind) for kind in ("CACHE", "CONFIG", "DATA")}
        own = {
            "PATH": os.pathsep.join(path),
            "KUBECONFIG": str(self._kubeconfig),
            "HOME": str(self._folder),
            **homes,
            **SHORT_RUN,
        }
        done = subprocess.run(  # noqa: S603  # commands of our own page
            ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607  # the bash of the user
            cwd=self._folder,
            env={**own, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        return done.stdout


def impersonate(kubeconfig: Path, user: str, target: Path) -> Path:
    """Write a kubeconfig that acts as another user."""
    config = yaml.safe_load(kubeconfig.read_text())
    for entry in config["users"]:
        entry["user"]["as"] = user
    target.write_text(yaml.safe_dump(config))
    return target


def read_names(output: str) -> Iterator[str]:
    """Yield the names of objects that kubectl has printed as `kind/name`."""
    for line in output.split():
        yield line.rpartition("/")[2]
