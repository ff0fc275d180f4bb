"""The git server of `make gitops` serves what was pushed, by smart HTTP."""

import subprocess
from pathlib import Path

from devtools.gitops.git_server import BRANCH, GitServer


def test_a_clone_has_the_files_of_the_last_push(tmp_path: Path) -> None:
    """A client of git gets the commit that `push` returned, and the next one when it fetches."""
    with GitServer(tmp_path) as server:
        repository = server.create("fleet")
        repository.write({"connectors/crm.yaml": "first"})
        first = repository.push()
        clone = tmp_path / "clone"
        git("clone", "-q", "-b", BRANCH, f"{server.url}/fleet.git", str(clone))
        assert git("-C", str(clone), "rev-parse", "HEAD") == first
        repository.write({"connectors/crm.yaml": "second"})
        repository.push()
        git("-C", str(clone), "pull", "-q")
        assert (clone / "connectors" / "crm.yaml").read_text() == "second"


def test_a_client_pushes_a_tag(tmp_path: Path) -> None:
    """A push by HTTP needs no login, and the repository has the tag, though it has no branch."""
    with GitServer(tmp_path) as server:
        repository = server.create("operator")
        repository.write({"README.md": "the operator"})
        commit = repository.commit()
        git("-C", str(repository.files), "push", "-q", f"{server.url}/operator.git", "HEAD:refs/tags/v1")
        assert git("ls-remote", f"{server.url}/operator.git").split() == [commit, "refs/tags/v1"]


def git(*arguments: str) -> str:
    """Run git and return what it prints."""
    command = ["git", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # git, as installed
    return done.stdout.strip()
