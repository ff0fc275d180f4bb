"""docs/how-to/install-the-commands.md, done as it stands there: pip installs the commands from this checkout."""

import os
import subprocess
from pathlib import Path

from devtools.cluster.binaries import control_plane_binaries
from tests.support.page_commands import PAGES, ROOT, read_commands


def test_the_commands_run_after_the_steps_of_the_page(tmp_path: Path) -> None:
    """Both commands are found, and kubectl finds its plugin."""
    blocks = read_commands(PAGES / "install-the-commands.md")[""]
    path = f"{control_plane_binaries()}:/usr/local/bin:/usr/bin:/bin"
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
    assert "oauth-connector lint" in done.stdout
    assert "kubectl-oauth" in {path.name for path in (tmp_path / "oauth-connector" / "bin").iterdir()}
