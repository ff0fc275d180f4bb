"""Layers of an image: the files below a folder as a compressed tar archive that depends on nothing else."""

import hashlib
import io
import json
import tarfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LEVEL = 9


@dataclass(frozen=True, slots=True)
class Layer:
    """A compressed layer: its digest and size, and the digest of the archive inside. Digests begin with `sha256:`."""

    digest: str
    size: int
    diff_id: str


class _Compressor(io.RawIOBase):
    """A file that compresses what is written to it, and computes the digests of both forms."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._compress = zlib.compressobj(LEVEL, wbits=31)  # gzip, without name and time
        self._inside, self._outside, self._size = hashlib.sha256(), hashlib.sha256(), 0

    def write(self, content: "ReadableBuffer", /) -> int:
        """Compress some bytes."""
        self._inside.update(content)
        self._put(self._compress.compress(content))
        return memoryview(content).nbytes

    def finish(self) -> Layer:
        """Write the end, and return what was written."""
        self._put(self._compress.flush())
        return Layer(f"sha256:{self._outside.hexdigest()}", self._size, f"sha256:{self._inside.hexdigest()}")

    def _put(self, content: bytes) -> None:
        self._outside.update(content)
        self._size += len(content)
        self._file.write(content)


def write_layer(root: Path, target: Path) -> Layer:
    """Write the files below a folder as a layer, and what it is to `<target>.json`. All files are owned by root."""
    with target.open("wb") as file:
        compressor = _Compressor(file)
        with tarfile.open(fileobj=compressor, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(root.rglob("*")):
                _add(archive, path, str(path.relative_to(root)))
        layer = compressor.finish()
    target.with_name(f"{target.name}.json").write_text(json.dumps(asdict(layer)))
    return layer


def read_layer(target: Path) -> Layer:
    """Return what `write_layer` wrote."""
    return Layer(**json.loads(target.with_name(f"{target.name}.json").read_text()))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    entry = archive.gettarinfo(path, name)
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    if not entry.isreg():
        archive.addfile(entry)
        return
    with path.open("rb") as content:
        archive.addfile(entry, content)
