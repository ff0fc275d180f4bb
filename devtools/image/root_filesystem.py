"""The three layers of the root file system: Debian packages, Python dependencies, and the application.

An update of the application changes only the last and smallest layer.
"""

import os
from collections.abc import Iterable, Mapping
from configparser import ConfigParser
from pathlib import Path

from devtools.image import recipe
from devtools.image.bytecode import compile_modules
from devtools.image.debian import control, unpack
from devtools.image.wheels import strip_libraries, unpack_wheel

CERTIFICATES = "usr/share/ca-certificates"
TRUSTED = "etc/ssl/certs/ca-certificates.crt"


def write_base(root: Path, packages: Iterable[Path], architecture: recipe.Architecture) -> None:
    """Write the layer with Python and its libraries, from the files of Debian packages. Raises `ImageError`."""
    files = sorted(packages)
    for file in files:
        unpack(file, root)
    for name in recipe.EMPTY_FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, text in recipe.FILES.items():
        _write(root / name, text)
    for name, target in recipe.LINKS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
    _write_trusted(root)
    _write(root / recipe.STATUS, "\n".join(control(file) for file in files))
    compile_modules(root, root, architecture)
    settle(root)


def write_dependencies(root: Path, wheels: Iterable[Path], base: Path, architecture: recipe.Architecture) -> None:
    """Write the layer with the distributions of the lock file. Raises `ImageError`."""
    for wheel in wheels:
        unpack_wheel(wheel, root)
    strip_libraries(root)
    compile_modules(root, base, architecture)
    settle(root)


def write_application(root: Path, wheel: Path, base: Path, architecture: recipe.Architecture) -> None:
    """Write the layer with the project's own distribution and the programs. Raises `ImageError`."""
    unpack_wheel(wheel, root)
    for name, entry_point in _read_programs(root).items():
        _write(root / "usr/bin" / name, recipe.program(entry_point))
        (root / "usr/bin" / name).chmod(0o755)
    compile_modules(root, base, architecture)
    settle(root)


def settle(root: Path) -> None:
    """Give all files below a root the same time, and modes that depend neither on a umask nor on a package.

    Only the owner may write, all may read, and no file has another user's permissions.
    """
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (0, 0), follow_symlinks=False)


def _read_programs(root: Path) -> Mapping[str, str]:
    """Return the entry points of the distribution below a root, by the name of their program."""
    entry_points = ConfigParser()
    entry_points.read(next((root / recipe.SITE).glob("*.dist-info/entry_points.txt")))
    return entry_points["console_scripts"]


def _write_trusted(root: Path) -> None:
    """Write the authorities of the package ca-certificates as one file: no script of the package runs here."""
    authorities = sorted((root / CERTIFICATES).rglob("*.crt"))
    _write(root / TRUSTED, "".join(path.read_text() for path in authorities))
    for path in sorted((root / CERTIFICATES).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / CERTIFICATES).rmdir()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
