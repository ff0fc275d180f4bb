"""Images with one static program and nothing else, as OCI archives that containerd and docker can load."""

import gzip
import hashlib
import io
import json
import platform
import tarfile
from pathlib import Path

OCI = "application/vnd.oci.image"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
EPOCH = "1970-01-01T00:00:00Z"
UNPRIVILEGED = "65532:65532"


def write_image(archive: Path, name: str, program: Path) -> None:
    """Write the archive of an image that runs a program as a user without permissions.

    `name` has a registry and a tag, because containerd accepts no other: `node.invalid/pause:1`.
    """
    layer = _tar({program.name: (program.read_bytes(), 0o755)})
    packed = gzip.compress(layer, 1, mtime=0)
    configuration = _json(
        {
            "architecture": MACHINES[platform.machine()],
            "os": "linux",
            "created": EPOCH,
            "config": {"User": UNPRIVILEGED, "Entrypoint": [f"/{program.name}"]},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
    )
    manifest = _manifest(configuration, packed)
    for_docker = [{"Config": _blob(configuration), "RepoTags": [name], "Layers": [_blob(packed)]}]
    members = {
        "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
        "index.json": _index(name, manifest),
        "manifest.json": _json(for_docker),
        **{_blob(blob): blob for blob in (configuration, manifest, packed)},
    }
    archive.write_bytes(_tar({path: (content, 0o644) for path, content in members.items()}))


def _manifest(configuration: bytes, packed: bytes) -> bytes:
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": _descriptor(f"{OCI}.config.v1+json", configuration),
            "layers": [_descriptor(f"{OCI}.layer.v1.tar+gzip", packed)],
        }
    )


def _index(name: str, manifest: bytes) -> bytes:
    annotations = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    listed = _descriptor(f"{OCI}.manifest.v1+json", manifest) | {"annotations": annotations}
    return _json({"schemaVersion": 2, "manifests": [listed]})


def _tar(members: dict[str, tuple[bytes, int]]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, (content, mode) in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _blob(blob: bytes) -> str:
    return f"blobs/{_digest(blob).replace(':', '/')}"


def _descriptor(kind: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": kind, "digest": _digest(blob), "size": len(blob)}
