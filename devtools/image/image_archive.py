"""Read an archive of an image: its digest, sizes, configuration and files."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.image.oci_archive import Json, blob_path


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """The digest of an image, and its size in bytes: of all files in it, and of its compressed layers."""

    digest: str
    unpacked: int
    packed: int


def read_facts(archive: Path) -> ImageFacts:
    """Return the digest and the sizes of the image in an archive."""
    with tarfile.open(archive) as blobs:
        packed = sum(layer["size"] for layer in _manifest(blobs)["layers"])
        digest = _index(blobs)["digest"]
    return ImageFacts(digest, sum(member.size for member in read_members(archive)), packed)


def read_config(archive: Path) -> Json:
    """Return the configuration of the image in an archive, with the annotations of its manifest."""
    with tarfile.open(archive) as blobs:
        manifest = _manifest(blobs)
        config = _read(blobs, blob_path(manifest["config"]["digest"]))
        return {**config, "annotations": manifest["annotations"]}


def read_members(archive: Path) -> Iterator[tarfile.TarInfo]:
    """Return the entries of all layers of the image in an archive, bottom layer first."""
    with tarfile.open(archive) as blobs:
        for layer in _layers(blobs):
            yield from layer


def extract(archive: Path, folder: Path) -> None:
    """Write the files of the image in an archive to a folder, as a container runtime does."""
    with tarfile.open(archive) as blobs:
        for layer in _layers(blobs):
            for member in layer:
                layer.extract(member, folder, filter="fully_trusted")


def _layers(blobs: tarfile.TarFile) -> Iterator[tarfile.TarFile]:
    for layer in _manifest(blobs)["layers"]:
        with tarfile.open(fileobj=blobs.extractfile(blob_path(layer["digest"])), mode="r:gz") as files:
            yield files


def _manifest(blobs: tarfile.TarFile) -> Json:
    return _read(blobs, blob_path(_index(blobs)["digest"]))


def _index(blobs: tarfile.TarFile) -> Json:
    entry: Json = _read(blobs, "index.json")["manifests"][0]
    return entry


def _read(blobs: tarfile.TarFile, name: str) -> Json:
    file = blobs.extractfile(name)
    if file is None:
        raise KeyError(name)
    found: Json = json.load(file)
    return found
