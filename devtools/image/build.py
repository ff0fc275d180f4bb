"""Build the image on this machine, without a container engine: each layer once for its content, in the cache."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.image import recipe
from devtools.image.debian import DebianArchive
from devtools.image.labels import image_name, labels, read_source
from devtools.image.layer import read_layer, write_layer
from devtools.image.oci_archive import Description, write_archive
from devtools.image.programs import require
from devtools.image.root_filesystem import write_application, write_base, write_dependencies
from devtools.image.sbom import bill_of_materials, normalise_name, read_components
from devtools.image.wheels import build_wheel, download_wheels
from devtools.local.cached_folder import cache_root, cached_folder, exclusive, progress

CHECKOUT = Path(__file__).parents[2]
LOCK = Path("requirements/runtime.lock")
BUILD_LOCK = Path("requirements/build.lock")
ARCHIVE = f"{recipe.NAME}.tar"
SBOM = f"{recipe.NAME}.cdx.json"
LAYERS = ("base", "dependencies", "application")
WRITERS = ("bytecode", "debian", "layer", "recipe", "root_filesystem", "wheels")
"""The modules of this folder that decide what is in a layer."""
FRESH = 3600.0
"""Seconds for which the lists of Debian packages are used again."""


@dataclass(frozen=True, slots=True)
class CachedLayer:
    """A folder of the cache: the files of a layer in `root`, the layer, and the hashes of what was downloaded."""

    folder: Path

    @property
    def root(self) -> Path:
        """The files."""
        return self.folder / "root"

    @property
    def file(self) -> Path:
        """The layer."""
        return self.folder / "layer.tar.gz"

    @property
    def hashes(self) -> Mapping[str, str]:
        """The SHA-256 of the downloaded file of each component."""
        found: Mapping[str, str] = json.loads((self.folder / "hashes.json").read_text())
        return found


@dataclass(frozen=True, slots=True)
class Images:
    """The images of one checkout and one architecture."""

    checkout: Path
    architecture: recipe.Architecture
    fresh: float = FRESH

    def layers(self) -> tuple[CachedLayer, ...]:
        """Return the layers, bottom first; build those that are not in the cache. Raises `ImageError`."""
        require("strip")
        base = self._base()
        return base, self._dependencies(base), self._application(base)

    def image(self) -> Path:
        """Return the folder with the archive and the list of its content. Raises `ImageError`."""
        layers, source = self.layers(), read_source(self.checkout)
        described = labels(self.checkout, source)
        description = Description(image_name(self.checkout), described, source.created, self.architecture)

        def build(folder: Path) -> None:
            digest = write_archive(folder / ARCHIVE, [(read_layer(x.file), x.file) for x in layers], description)
            components = (component for layer in layers for component in read_components(layer.root))
            hashes = {name: value for layer in layers for name, value in layer.hashes.items()}
            (folder / SBOM).write_text(bill_of_materials(components, hashes, description, digest))

        names = (layer.folder.name for layer in layers)
        key = _key([*names, repr(description), *_programs("oci_archive", "sbom")])
        return cached_folder(f"image/{key}", build)

    def _base(self) -> CachedLayer:
        folder = cache_root() / "image" / f"debian-{recipe.RELEASE}-{self.architecture.debian}"
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / "lock"):
            archive = DebianArchive(folder, self.architecture)
            if _age(folder / "updated") >= self.fresh:
                progress("Reading Debian's lists of packages")
                archive.update()
                (folder / "updated").touch()
            packages = archive.find(recipe.PACKAGES)

            def build(root: Path) -> Mapping[str, str]:
                progress(f"Building the layer of {len(packages)} Debian packages (about 15 s)")
                write_base(root, archive.download(packages), self.architecture)
                return {package.name: package.sha256 for package in packages}

            return _cached_layer("base", [self._recipe(), *map(repr, packages)], build)

    def _dependencies(self, base: CachedLayer) -> CachedLayer:
        def build(root: Path) -> Mapping[str, str]:
            progress(f"Building the layer of Python dependencies, from {LOCK} (about 30 s)")
            with TemporaryDirectory() as folder:
                wheels = download_wheels(self.checkout / LOCK, Path(folder), self.architecture)
                write_dependencies(root, wheels, base.root, self.architecture)
                return {normalise_name(wheel.name.split("-")[0]): _sha256(wheel) for wheel in wheels}

        content = (self.checkout / LOCK).read_text()
        return _cached_layer("dependencies", [self._recipe(), base.folder.name, content], build)

    def _application(self, base: CachedLayer) -> CachedLayer:
        def build(root: Path) -> Mapping[str, str]:
            progress("Building the layer of the application (about 10 s)")
            with TemporaryDirectory() as folder:
                wheel = build_wheel(self.checkout, self.checkout / BUILD_LOCK, Path(folder))
                write_application(root, wheel, base.root, self.architecture)
            return {}

        sources = sorted((self.checkout / "operator" / "oauth_connector").rglob("*"))
        files = [path for path in sources if path.is_file() and path.parent.name != "__pycache__"]
        others = [self.checkout / name for name in ("pyproject.toml", "README.md", "LICENSE", str(BUILD_LOCK))]
        content = [f"{path.relative_to(self.checkout)} {_sha256(path)}" for path in (*files, *others)]
        return _cached_layer("application", [self._recipe(), base.folder.name, *content], build)

    def _recipe(self) -> str:
        """Return what identifies the architecture and the program that writes the layers."""
        return " ".join([self.architecture.debian, *_programs(*WRITERS)])


def archive() -> Path:
    """Return the archive of this checkout's image for this machine; build what is not in the cache.

    It is an OCI archive, which `ctr images import`, `podman load` and `docker load` read. Raises `ImageError`.
    """
    return Images(CHECKOUT, recipe.architecture()).image() / ARCHIVE


def _cached_layer(kind: str, content: Iterable[str], build: Callable[[Path], Mapping[str, str]]) -> CachedLayer:
    def build_layer(folder: Path) -> None:
        layer = CachedLayer(folder)
        layer.root.mkdir()
        hashes = build(layer.root)
        (folder / "hashes.json").write_text(json.dumps(hashes, sort_keys=True))
        write_layer(layer.root, layer.file)

    return CachedLayer(cached_folder(f"image/{kind}-{_key(content)}", build_layer))


def _programs(*names: str) -> list[str]:
    return [_sha256(Path(__file__).with_name(f"{name}.py")) for name in names]


def _key(content: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(content).encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime if path.exists() else float("inf")
