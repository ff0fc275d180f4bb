"""The image says what it is, and runs as a user without rights."""

import tomllib
from pathlib import Path

from devtools.image.build import CHECKOUT
from devtools.image.image_archive import read_config
from devtools.image.programs import run

PREFIX = "org.opencontainers.image."


def test_labels_name_version_licence_and_commit(archive: Path) -> None:
    """Labels and annotations agree, and have the facts of pyproject.toml and of the commit."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    commit = run("git", "rev-parse", "HEAD", cwd=CHECKOUT)
    config = read_config(archive)
    labels = config["config"]["Labels"]
    assert labels == config["annotations"]
    assert labels[f"{PREFIX}title"] == project["name"]
    assert labels[f"{PREFIX}version"] == project["version"]
    assert labels[f"{PREFIX}licenses"] == project["license"]
    assert labels[f"{PREFIX}revision"].removesuffix("-dirty") == commit.strip()
    assert labels[f"{PREFIX}created"] == config["created"]


def test_the_process_is_no_root(archive: Path) -> None:
    """A Pod may set runAsNonRoot without a user: the image names one by number."""
    assert read_config(archive)["config"]["User"] == "65532:65532"


def test_arguments_are_those_of_oauth_connector(archive: Path) -> None:
    """The entry point is the program, so the arguments of a container are its command."""
    assert read_config(archive)["config"]["Entrypoint"] == ["/usr/bin/oauth-connector"]
