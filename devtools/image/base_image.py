"""The image that the Dockerfile begins with, where no registry can be reached: made from Debian packages."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.image.debian import KEYRING, sources
from devtools.image.programs import require, run
from devtools.image.recipe import RELEASE
from devtools.local.cached_folder import progress

PUBLIC = f"debian:{RELEASE}-slim"
OWN = f"localhost/oauth-connector-build-base:{RELEASE}"


def find_base(builder: str) -> str:
    """Return the name of the image to begin with: Debian's own, or one made here if no registry can be reached.

    Raises `ImageError`.
    """
    if _is_there(builder, OWN):
        return OWN
    if _is_there(builder, PUBLIC) or _can_pull(builder, PUBLIC):
        return PUBLIC
    progress(f"No registry has {PUBLIC}; making a base image from Debian packages (about a minute)")
    make_base(builder)
    return OWN


def make_base(builder: str) -> None:
    """Make the base image from Debian packages, and import it into the builder's images. Raises `ImageError`."""
    require("mmdebstrap")
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        lines = [f"deb [signed-by={KEYRING}] {uri} {suite} main" for uri, suite in sources()]
        run("mmdebstrap", "--quiet", "--variant=apt", "--include=ca-certificates", RELEASE, str(archive), *lines)
        _import_archive(builder, archive)


def _import_archive(builder: str, archive: Path) -> None:
    if builder == "docker":
        run("docker", "import", str(archive), OWN)
        return
    container = run(*BUILDAH, "from", "scratch").strip()
    run(*BUILDAH, "add", "--quiet", container, str(archive), "/")
    run(*BUILDAH, "commit", "--quiet", "--rm", container, OWN)


BUILDAH = ("buildah", "--storage-driver=vfs")
"""vfs: also where the kernel does not allow overlay file systems."""


def _is_there(builder: str, image: str) -> bool:
    command = (
        ("docker", "image", "inspect", image) if builder == "docker" else (*BUILDAH, "inspect", "--type=image", image)
    )
    return _has_succeeded(*command)


def _can_pull(builder: str, image: str) -> bool:
    return _has_succeeded(*(("docker",) if builder == "docker" else BUILDAH), "pull", image)


def _has_succeeded(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
