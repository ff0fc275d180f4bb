"""Python distributions: downloaded by the hashes of a lock file, or built, and unpacked without pip."""

import sys
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from devtools.image.programs import run
from devtools.image.recipe import PYTHON, SITE, Architecture, is_left_out

GLIBC = 36
"""The minor version of glibc 2 in the release: wheels for an older one run there too."""


def download_wheels(lock: Path, folder: Path, architecture: Architecture) -> list[Path]:
    """Download the distributions of a lock file for the Python of the image; pip compares the hashes.

    Returns the wheels, sorted by name. Raises `ImageError`, also if a distribution has no wheel.
    """
    tags = [f"manylinux_2_{minor}_{architecture.wheel}" for minor in range(17, GLIBC + 1)]
    platforms = (f"--platform={tag}" for tag in (*tags, f"manylinux2014_{architecture.wheel}"))
    target = ("--implementation=cp", f"--python-version={PYTHON}", *platforms)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
    exact = ("--require-hashes", "--no-deps", "--only-binary=:all:")
    run(*pip, "download", *exact, *target, f"--dest={folder}", f"--requirement={lock}")
    return sorted(folder.glob("*.whl"))


def build_wheel(checkout: Path, lock: Path, folder: Path) -> Path:
    """Build the wheel of the project with the versions of a lock file. Raises `ImageError`."""
    with TemporaryDirectory() as tools:
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
        run(
            *pip,
            "install",
            "--require-hashes",
            "--no-deps",
            "--no-compile",
            f"--target={tools}",
            f"--requirement={lock}",
        )
        build = (sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={folder}")
        run(*build, cwd=checkout, PYTHONPATH=tools)
    return next(folder.glob("*.whl"))


def unpack_wheel(file: Path, root: Path) -> None:
    """Write the files of a wheel that the image needs to the folder of packages below a root."""
    with zipfile.ZipFile(file) as wheel:
        for name in sorted(wheel.namelist()):
            path = f"{SITE}/{find_target(name)}"
            if not name.endswith("/") and not is_left_out(path):
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(name))


def find_target(name: str) -> PurePosixPath:
    """Return where a file of a wheel belongs: the files below `*.data/platlib` are modules like all others."""
    path = PurePosixPath(name)
    return path.relative_to(*path.parts[:2]) if path.parts[0].endswith(".data") else path


def strip_libraries(root: Path) -> None:
    """Remove debugging information from the shared libraries below a folder. Raises `ImageError`."""
    libraries = [str(path) for path in sorted(root.rglob("*.so*")) if path.is_file() and not path.is_symlink()]
    if libraries:
        run("strip", "--strip-unneeded", *libraries)
