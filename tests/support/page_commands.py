"""The commands of a page, run as they stand there: by bash, in order, with kubectl and helm on the path."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import yaml

from devtools.cluster.binaries import control_plane_binaries
from devtools.go_programs.programs import program_folder

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def read_sections(page: str) -> dict[str, list[str]]:
    """Return the shell blocks below each heading of the second level; those before the first one have the name ``."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", f"\n{page}", flags=re.MULTILINE):
        title, _, text = section.partition("\n")
        found[title.strip()] = [dedent(block) for _, block in BLOCK.findall(text)]
    return found


class PageShell:
    """A folder with the chart and the CRDs, in which commands run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("crds", "deploy"):
            (folder / name).symlink_to(ROOT / name)

    def run(self, commands: str, kubeconfig: Path) -> str:
        """Run a block, and return its output. Raises `AssertionError` if a command fails."""
        helm = program_folder("helm", ["helm"])
        path = os.pathsep.join([str(helm), str(control_plane_binaries()), os.environ["PATH"]])
        home = {name: str(self._folder / name) for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
        done = subprocess.run(  # noqa: S603  # commands of the page
            ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607  # found on the path
            cwd=self._folder,
            env={**os.environ, **home, "PATH": path, "KUBECONFIG": str(kubeconfig)},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
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
