"""The archive of an image has the form that containerd and docker load."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from devtools.cluster.node.minimal_image import write_image

NAME = "node.invalid/pause:1"


@pytest.fixture
def members(tmp_path: Path) -> dict[str, bytes]:
    """Return the members of the archive of a program."""
    program = tmp_path / "pause"
    program.write_bytes(b"a program")
    write_image(tmp_path / "pause.tar", NAME, program)
    with tarfile.open(tmp_path / "pause.tar") as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file is not None}


def blob(members: dict[str, bytes], digest: str) -> bytes:
    """Return a blob by its digest, which must be right."""
    content = members[f"blobs/{digest.replace(':', '/')}"]
    assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def test_index_leads_to_a_program_that_runs_without_permissions(members: dict[str, bytes]) -> None:
    """Containerd reads index.json: each digest is right, and the user has no permissions."""
    (listed,) = json.loads(members["index.json"])["manifests"]
    assert listed["annotations"]["io.containerd.image.name"] == NAME
    manifest = json.loads(blob(members, listed["digest"]))
    configuration = json.loads(blob(members, manifest["config"]["digest"]))
    assert configuration["config"] == {"User": "65532:65532", "Entrypoint": ["/pause"]}
    (layer,) = manifest["layers"]
    with tarfile.open(fileobj=io.BytesIO(blob(members, layer["digest"]))) as files:
        assert files.getnames() == ["pause"]
        assert files.getmember("pause").mode == 0o755


def test_manifest_of_docker_names_the_same_blobs(members: dict[str, bytes]) -> None:
    """Docker reads manifest.json."""
    (image,) = json.loads(members["manifest.json"])
    assert image["RepoTags"] == [NAME]
    assert {image["Config"], *image["Layers"]} <= set(members)


def test_same_program_yields_the_same_bytes(tmp_path: Path) -> None:
    """An archive contains no time."""
    program = tmp_path / "pause"
    program.write_bytes(b"a program")
    for name in ("one", "two"):
        write_image(tmp_path / name, NAME, program)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
