"""docs/how-to/install-the-commands.md, done as it stands there: pip installs the commands from this checkout."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from devtools.cluster.binaries import control_plane_binaries
from tests.support.page_commands import PAGES, ROOT, read_commands


@pytest.mark.timeout(600)  # pip builds and installs
def test_the_commands_run_after_the_steps_of_the_page(tmp_path: Path) -> None:
    """Both commands are found, and kubectl finds its plugin."""
    blocks = read_commands(PAGES / "install-the-commands.md")[""]
    path = f"{control_plane_binaries()}:{sys.base_prefix}/bin:/usr/bin:/bin"
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    done = subprocess.run(  # noqa: S603  # the commands of the page
        ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=ROOT,
        env={**kept, "HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    of_operator, of_plugin = done.stdout.splitlines()[-2:]
    assert of_operator.endswith(version("oauth-connector-operator"))
    assert of_plugin == version("oauth-connector-operator")
