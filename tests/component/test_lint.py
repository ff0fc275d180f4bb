"""`oauth-connector lint` as users run it: the commands of its page, and the hook for pre-commit."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from devtools.cluster.binaries import control_plane_binaries
from tests.support.builders import a_spec
from tests.support.page_commands import read_blocks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "lint-manifests.md"
COMMANDS = read_blocks(PAGE, "sh")
RECIPES = [yaml.safe_load(text) for text in read_blocks(PAGE, "yaml")]
BIN = Path(sys.executable).parent


DOCKER = """#!/bin/bash
set -euo pipefail
[ "$1 $2 $3 $4 $5 $6" = "run --rm -v $PWD:/w:ro -w /w" ]
[[ "$7" == registry.example.com/oauth-connector-operator:* ]]
exec ENTRY_POINT "${@:8}"
"""
"""Stands for docker: requires the folder at /w, as the working directory, and runs the entry point of the image."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a repository: a valid connector, a kustomization, and a patch, which is incomplete."""
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
    files = {
        "crm.yaml": head | {"spec": a_spec()},
        "kustomization.yaml": {"resources": ["crm.yaml"]},
        "suspend-patch.yaml": head | {"spec": {"suspend": True}},
    }
    (tmp_path / "manifests").mkdir()
    for name, manifest in files.items():
        (tmp_path / "manifests" / name).write_text(yaml.safe_dump(manifest))
    return tmp_path


def run(*command: str, folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the commands of this project on the path."""
    variables = {**os.environ, "PATH": f"{BIN}:{control_plane_binaries()}:{os.environ['PATH']}", **(environment or {})}
    return subprocess.run(  # noqa: S603  # commands of the page and of this test
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=600
    )


def is_clean(command: str) -> bool:
    """Return whether a command of the page leaves out the patch, which is incomplete on purpose."""
    return "--exclude" in command or command.endswith("lint -\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command: str, folder: Path) -> None:
    """Each command exits with 0 for valid manifests and with 1 for the incomplete patch, and names its file."""
    done = run("bash", "-euo", "pipefail", "-c", command, folder=folder)
    assert done.returncode == (0 if is_clean(command) else 1), done.stdout + done.stderr
    assert ("suspend-patch.yaml" in done.stdout) is not is_clean(command)


def test_the_job_for_ci_writes_a_report_and_fails(folder: Path) -> None:
    """The step of the recipe for CI fails if there is a finding, and leaves a report in SARIF."""
    job = RECIPES[1]["jobs"]["connectors"]
    assert "container" not in job  # the image has no shell for the steps
    (step,) = (step["run"] for step in job["steps"] if "run" in step)
    (entry_point,) = json.loads(re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[0])
    docker = folder / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER.replace("ENTRY_POINT", Path(entry_point).name))
    docker.chmod(0o755)
    path = {"PATH": f"{docker.parent}:{BIN}:{os.environ['PATH']}"}
    done = run("bash", "-e", "-c", step, folder=folder, environment=path)
    assert (done.returncode, '"version": "2.1.0"' in (folder / "lint.sarif").read_text()) == (1, True), done.stderr


def test_pre_commit_runs_the_hook(folder: Path) -> None:
    """pre-commit installs the hook from this repository, and the hook judges the files of a commit."""
    source = folder / "source"
    assert run("git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source), folder=folder).returncode == 0
    run("git", "init", "-q", ".", folder=folder)
    hook, home = RECIPES[0]["repos"][0]["hooks"][0], {"PRE_COMMIT_HOME": str(folder / "cache")}
    for name, status in (("crm.yaml", 0), ("suspend-patch.yaml", 1)):
        command = ("pre-commit", "try-repo", str(source), hook["id"], "--files", f"manifests/{name}")
        done = run(*command, folder=folder, environment=home)
        assert done.returncode == status, done.stdout + done.stderr
    assert "spec.grantType is required" in done.stdout
