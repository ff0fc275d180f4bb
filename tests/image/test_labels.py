"""The image says what it is, and runs as a user without permissions."""

import json
import re
import tomllib
from pathlib import Path

from devtools.image.build import CHECKOUT, LAYERS
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


def test_the_dockerfile_states_the_same(archive: Path) -> None:
    """An image of `docker build` has the user, program, environment, layers and labels of the archive."""
    config = read_config(archive)["config"]
    stage = (CHECKOUT / "Dockerfile").read_text().rpartition("FROM scratch")[2].replace("\\\n", " ")
    lines = dict(line.split(maxsplit=1) for line in stage.splitlines() if line and not line.startswith("COPY"))
    assert lines["USER"] == config["User"]
    assert [lines["ENV"]] == config["Env"]
    assert json.loads(lines["ENTRYPOINT"]) == config["Entrypoint"]
    assert [line for line in stage.splitlines() if line.startswith("COPY")] == [
        f"COPY --from=build /layers/{name}/ /" for name in LAYERS
    ]
    stated = dict(re.findall(r'(\S+)="([^"$]+)"', lines["LABEL"]))
    assert stated.items() <= config["Labels"].items()
    assert {f"{PREFIX}{name}" for name in ("title", "description", "version", "licenses")} == stated.keys()
