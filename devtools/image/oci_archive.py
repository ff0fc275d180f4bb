"""The image as one file that container runtimes load: an OCI image layout in a tar archive.

containerd, podman and skopeo read `index.json`, and docker reads `manifest.json`. Both refer to the same blobs.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.image.layer import Layer
from devtools.image.recipe import USER, Architecture

_TYPE = "application/vnd.oci.image"
HISTORY = ("Debian packages", "Python dependencies", "application")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Description:
    """What the archive says of the layers: name with tag, labels, time of creation (RFC 3339), architecture."""

    name: str
    labels: Mapping[str, str]
    created: str
    architecture: Architecture


def write_archive(target: Path, layers: Sequence[tuple[Layer, Path]], description: Description) -> str:
    """Write an archive of layers, bottom first, and return the digest of the image."""
    config = _blob(_config([layer for layer, _ in layers], description))
    manifest = _blob(_manifest(config, [layer for layer, _ in layers], description))
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, "oci-layout", _text({"imageLayoutVersion": "1.0.0"}))
        _add(archive, "index.json", _text(_index(manifest, description)))
        _add(archive, "manifest.json", _text(_docker_manifest(config, layers, description)))
        for blob in (config, manifest):
            _add(archive, blob_path(_digest(blob)), blob)
        for layer, file in layers:
            with file.open("rb") as content:
                archive.addfile(_entry(blob_path(layer.digest), layer.size), content)
    return _digest(manifest)


def _config(layers: Sequence[Layer], description: Description) -> Json:
    return {
        "created": description.created,
        "architecture": description.architecture.debian,
        "os": "linux",
        "config": {
            "User": f"{USER}:{USER}",
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": ["/usr/bin/oauth-connector"],
            "WorkingDir": "/",
            "Labels": dict(description.labels),
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [{"created": description.created, "created_by": text} for text in HISTORY],
    }


def _manifest(config: bytes, layers: Sequence[Layer], description: Description) -> Json:
    compressed = f"{_TYPE}.layer.v1.tar+gzip"
    return {
        "schemaVersion": 2,
        "mediaType": f"{_TYPE}.manifest.v1+json",
        "config": {"mediaType": f"{_TYPE}.config.v1+json", "digest": _digest(config), "size": len(config)},
        "layers": [{"mediaType": compressed, "digest": layer.digest, "size": layer.size} for layer in layers],
        "annotations": dict(description.labels),
    }


def _index(manifest: bytes, description: Description) -> Json:
    tag = description.name.partition(":")[2]
    entry = {
        "mediaType": f"{_TYPE}.manifest.v1+json",
        "digest": _digest(manifest),
        "size": len(manifest),
        "platform": {"architecture": description.architecture.debian, "os": "linux"},
        "annotations": {
            "io.containerd.image.name": f"docker.io/library/{description.name}",  # what kubelets expand the name to
            "org.opencontainers.image.ref.name": tag,
        },
    }
    return {"schemaVersion": 2, "mediaType": f"{_TYPE}.index.v1+json", "manifests": [entry]}


def _docker_manifest(config: bytes, layers: Sequence[tuple[Layer, Path]], description: Description) -> list[Json]:
    paths = [blob_path(layer.digest) for layer, _ in layers]
    return [{"Config": blob_path(_digest(config)), "RepoTags": [description.name], "Layers": paths}]


def _blob(content: Json) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _text(content: object) -> str:
    return json.dumps(content, sort_keys=True)


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def blob_path(digest: str) -> str:
    """Return the path of a blob in an archive."""
    return f"blobs/{digest.replace(':', '/')}"


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes | str) -> None:
    data = content.encode() if isinstance(content, str) else content
    archive.addfile(_entry(name, len(data)), io.BytesIO(data))
