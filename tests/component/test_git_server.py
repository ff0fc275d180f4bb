"""The git server of `make gitops` serves what was pushed, by smart HTTP."""

import subprocess
from pathlib import Path

from devtools.gitops.git_server import BRANCH, GitServer


def test_a_clone_has_the_files_of_the_last_push(tmp_path: Path) -> None:
    """A client of git gets the commit that `push` returned, and the next one when it fetches."""
    with GitServer(tmp_path) as server:
        server.write({"connectors/crm.yaml": "first"})
        first = server.push()
        clone = tmp_path / "clone"
        git("clone", "-q", "-b", BRANCH, server.url, str(clone))
        assert git("-C", str(clone), "rev-parse", "HEAD") == first
        server.write({"connectors/crm.yaml": "second"})
        server.push()
        git("-C", str(clone), "pull", "-q")
        assert (clone / "connectors" / "crm.yaml").read_text() == "second"


def git(*arguments: str) -> str:
    """Run git and return what it prints."""
    command = ["git", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # git, as installed
    return done.stdout.strip()
