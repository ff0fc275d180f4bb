"""What the committed folder of a module states: versions, the required Go, and a digest of all that decides a build."""

import hashlib
import re
from pathlib import Path

from devtools.go_programs.catalog import GoProgram

MODULES = Path(__file__).with_name("modules")
REQUIREMENT = re.compile(r"^(?:require )?\s*(\S+) (v\d\S*)", re.MULTILINE)
DIGITS = 8


def version_of(program: GoProgram) -> str:
    """Return the version of the module that has the package, for example `v1.37.2`; empty for our own programs."""
    required = REQUIREMENT.findall(_go_mod(program.module))
    found = [(path, version) for path, version in required if f"{program.package}/".startswith(f"{path}/")]
    return max(found, default=("", ""))[1]


def go_version_of(module: str) -> str:
    """Return the major and minor version of Go that a module requires, for example `1.26`."""
    found = re.search(r"^go (\d+\.\d+)", _go_mod(module), re.MULTILINE)
    if found is None:
        raise ValueError(f"devtools/go_programs/modules/{module}/go.mod has no line `go 1.N`.")
    return found.group(1)


def stamp_of(program: GoProgram) -> str:
    """Return the linker's flags, with the version filled in."""
    version = version_of(program)
    number = version.removeprefix("v")
    major, _, rest = number.partition(".")
    return program.stamp.format(version=version, number=number, major=major, minor=rest.partition(".")[0])


def folder_name(program: GoProgram) -> str:
    """Return the name of the program's folder in the cache: another build has another name."""
    content = hashlib.sha256(f"{program.package} {stamp_of(program)} {program.tags}\n".encode())
    for path in [MODULES / program.module / "go.mod", *_own_sources(program)]:
        content.update(path.read_bytes())
    return "-".join(filter(None, (program.name, version_of(program), content.hexdigest()[:DIGITS])))


def _own_sources(program: GoProgram) -> list[Path]:
    return sorted((MODULES / program.module).rglob("*.go")) if program.is_own else []


def _go_mod(module: str) -> str:
    return (MODULES / module / "go.mod").read_text()
