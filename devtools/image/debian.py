"""Debian packages: found with the sources that apt uses on this machine, downloaded, and unpacked without dpkg.

Nothing is installed and no script of a package runs, so this needs no root. apt-get and dpkg-deb are part of every
Debian.
"""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from devtools.image.errors import ImageError
from devtools.image.programs import run
from devtools.image.recipe import RELEASE, Architecture, is_kept, merge_usr

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PARTS = ("", "updates", "security")
"""What follows the name of a release in the names of its suites; backports are another release."""
FOLDERS = ("lists/partial", "archives/partial", "empty")
_URI = re.compile(r"^'[^']+' (?P<file>\S+) \d+ SHA256:(?P<sha256>[0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class DebianPackage:
    """A package that apt can download: its name, the name of its file, which contains the version, and its SHA-256."""

    name: str
    file: str
    sha256: str


class DebianArchive:
    """The archive of one release, as apt reaches it; lists and packages are kept in a folder of the cache."""

    def __init__(self, folder: Path, architecture: Architecture) -> None:
        self._folder = folder.resolve()
        for name in FOLDERS:
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "status").touch()
        self._options = self._read_options(architecture)

    def update(self) -> None:
        """Read the lists of packages. Raises `ImageError`."""
        self._write_sources()
        run("apt-get", *self._options, "-o", "APT::Update::Error-Mode=any", "update")

    def find(self, names: Iterable[str]) -> list[DebianPackage]:
        """Return the newest version of packages, sorted by name. Raises `ImageError` if one does not exist."""
        printed = run("apt-get", *self._options, "--print-uris", "download", *names)
        return sorted(DebianPackage(m["file"].split("_")[0], m["file"], m["sha256"]) for m in _URI.finditer(printed))

    def download(self, packages: Iterable[DebianPackage]) -> list[Path]:
        """Download packages, and return their files. apt compares the hashes. Raises `ImageError`."""
        target = self._folder / "archives"
        with TemporaryDirectory(dir=target) as part:
            run("apt-get", *self._options, "download", *(package.name for package in packages), cwd=Path(part))
            files = sorted(Path(part).glob("*.deb"))
            return [file.replace(target / file.name) for file in files]

    def _read_options(self, architecture: Architecture) -> Sequence[str]:
        settings = {
            "Dir::Etc::sourcelist": self._folder / "sources.list",
            "Dir::Etc::sourceparts": self._folder / "empty",
            "Dir::State::lists": self._folder / "lists",
            "Dir::State::status": self._folder / "status",
            "Dir::Cache": self._folder,
            "APT::Architecture": architecture.debian,
            "APT::Architectures": architecture.debian,
            "APT::Sandbox::User": "",  # the user _apt may not enter the cache
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        }
        return ["-qq", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]

    def _write_sources(self) -> None:
        """Write the sources of this release: those of apt, with the name of the release replaced."""
        lines = [f"deb [signed-by={KEYRING}] {uri} {suite} main\n" for uri, suite in sources()]
        if not lines:
            raise ImageError("apt has no source of Debian packages on this machine. Run apt-get update, or use docker.")
        (self._folder / "sources.list").write_text("".join(lines))


def sources() -> list[tuple[str, str]]:
    """Return the address and the suite of each Debian source of apt, moved to the release of the image."""
    wanted = ("--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages", "Origin: Debian", "Component: main")
    return move_sources(run("apt-get", "indextargets", *wanted))


def move_sources(printed: str) -> list[tuple[str, str]]:
    """Return addresses and suites for lines of an address and a codename: `bookworm-security` for `trixie-security`."""
    rows = (line.split() for line in printed.splitlines())
    parts = ((uri, codename.partition("-")[2]) for uri, codename in rows)
    return sorted({(uri, "-".join(filter(None, (RELEASE, part)))) for uri, part in parts if part in PARTS})


def control(file: Path) -> str:
    """Return the control paragraph of a package file, as dpkg's status file would have it."""
    paragraph = run("dpkg-deb", "--field", str(file)).strip()
    name, _, rest = paragraph.partition("\n")
    return f"{name}\nStatus: install ok installed\n{rest}\n"


def unpack(file: Path, root: Path) -> None:
    """Write the files of a package that the recipe keeps below a root."""
    with TemporaryFile() as content:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=content, check=True)
        content.seek(0)
        with tarfile.open(fileobj=content) as members:
            for path, member in _select(members):
                _write(members, member, root / path)


def _select(members: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    for member in members:
        path = merge_usr(member.name)
        if not member.isdir() and is_kept(path):
            yield path, member


def _write(members: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        target.symlink_to(member.linkname)
        return
    content = members.extractfile(member)
    if content is None:
        raise ImageError(f"{member.name} is neither a file nor a symbolic link.")
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)
    target.chmod(member.mode & 0o777)
