"""Build the image in a container: the Dockerfile runs the same program on the Debian release of the image.

So the archive is the same as one that was built without a container engine.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.image.base_image import BUILDAH, find_base
from devtools.image.errors import ImageError
from devtools.image.labels import read_source
from devtools.image.programs import run

BUILDERS = ("docker", "buildah", "debian")
"""In this order; `debian` is this machine, if it has apt."""
AUTHORITIES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""The variables that name the authorities of a network that inspects TLS. The build must trust them too."""


def choose(wanted: str) -> str:
    """Return the builder of that name, or for `auto` the first one that works here. Raises `ImageError`."""
    if wanted in BUILDERS:
        return wanted
    if wanted != "auto":
        raise ImageError(f"There is no builder {wanted}. Choose one of auto, {', '.join(BUILDERS)}.")
    found = next((name for name in BUILDERS if _is_usable(name)), None)
    if found is None:
        raise ImageError("The image needs docker, buildah, or a Debian with apt-get. Install one of them.")
    return found


def build_in_container(builder: str, checkout: Path, folder: Path) -> None:
    """Write the archive and the list of its content to a folder, with docker or buildah. Raises `ImageError`."""
    base = os.environ.get("IMAGE_BASE") or find_base(builder)
    with TemporaryDirectory() as temporary:
        out, identity = Path(temporary) / "out", Path(temporary) / "identity"
        options = ["--target=archive", f"--output=type=local,dest={out}", f"--iidfile={identity}", *_authorities()]
        _run_visibly([*_COMMANDS[builder], *options, *_arguments(base, checkout), str(checkout)])
        for file in out.iterdir():
            shutil.copyfile(file, folder / file.name)
        if builder == "buildah":  # docker keeps no image of an output
            run(*BUILDAH, "rmi", identity.read_text().strip())


_COMMANDS = {
    "docker": ("docker", "build"),
    # chroot: also where namespaces and a network for containers are not allowed
    "buildah": (*BUILDAH, "build", "--isolation=chroot", "--layers=false"),
}


def _arguments(base: str, checkout: Path) -> list[str]:
    source = read_source(checkout)
    values = {
        "BASE": base,
        "REVISION": source.revision,
        "SOURCE": source.address,
        "SOURCE_DATE_EPOCH": str(source.time),
    }
    return [f"--build-arg={name}={value}" for name, value in values.items()]


def _authorities() -> list[str]:
    """Return the option that passes the authorities of this machine to the build, if its environment names some."""
    named = next((os.environ[name] for name in AUTHORITIES if os.environ.get(name)), None)
    return [f"--secret=id=authorities,src={named}"] if named else []


def _is_usable(builder: str) -> bool:
    command = {"docker": ["docker", "info"], "buildah": ["buildah", "info"], "debian": ["apt-get", "--version"]}
    try:
        return not subprocess.run(command[builder], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


def _run_visibly(command: Sequence[str]) -> None:
    environment: Mapping[str, str] = {**os.environ, "DOCKER_BUILDKIT": "1"}
    code = subprocess.run(command, env=environment, check=False, stdout=2).returncode
    if code:
        raise ImageError(f"{command[0]} failed with exit code {code}; its messages are above.")
