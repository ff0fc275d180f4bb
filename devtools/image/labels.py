"""What the image says of itself: the annotations of the OCI, from pyproject.toml and the commit."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from devtools.image.errors import ImageError
from devtools.image.programs import run
from devtools.image.recipe import NAME


@dataclass(frozen=True, slots=True)
class Source:
    """Where the content comes from: a commit, the time of the commit in seconds, and the address of the repository."""

    revision: str = ""
    time: int = 0
    address: str = ""

    @property
    def created(self) -> str:
        """The time of the commit, as RFC 3339 has it."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_source(checkout: Path) -> Source:
    """Return the source of a checkout: from the variables REVISION, SOURCE_DATE_EPOCH and SOURCE, or from git.

    Without both, as in an unpacked archive of the sources, it is empty.
    """
    if os.environ.get("REVISION"):
        variables = os.environ
        return Source(variables["REVISION"], int(variables.get("SOURCE_DATE_EPOCH") or 0), variables.get("SOURCE", ""))
    try:
        changed = run("git", "status", "--porcelain", cwd=checkout).strip()
        revision, time = run("git", "log", "-1", "--format=%H %ct", cwd=checkout).split()
    except ImageError:
        return Source()
    return Source(f"{revision}-dirty" if changed else revision, int(time), _address(checkout))


def _address(checkout: Path) -> str:
    """Return the address of the remote repository without credentials; empty if it is not public by its scheme."""
    try:
        remote = run("git", "remote", "get-url", "origin", cwd=checkout).strip()
    except ImageError:
        return ""
    return re.sub(r"^https://([^/@]*@)?", "https://", remote) if remote.startswith("https://") else ""


def image_name(checkout: Path) -> str:
    """Return the name and tag of the image: `oauth-connector-operator:<version>`."""
    return f"{NAME}:{_project(checkout)['version']}"


def labels(checkout: Path, source: Source) -> Mapping[str, str]:
    """Return the labels of an image; those without a value are absent."""
    project = _project(checkout)
    values = {
        "created": source.created,
        "description": project["description"],
        "licenses": project["license"],
        "revision": source.revision,
        "source": source.address,
        "title": project["name"],
        "version": project["version"],
    }
    return {f"org.opencontainers.image.{name}": value for name, value in values.items() if value}


def _project(checkout: Path) -> Mapping[str, str]:
    project: Mapping[str, str] = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    return project
