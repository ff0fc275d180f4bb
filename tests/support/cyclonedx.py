"""The validator of CycloneDX, in an environment of its own, made from requirements/cyclonedx.lock."""

import hashlib
import subprocess
import sys
from pathlib import Path

from devtools.authorization_servers.installation import run_installer
from devtools.local.cached_folder import cached_folder, progress

LOCK = Path(__file__).parents[2] / "requirements" / "cyclonedx.lock"
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()) or "")
"""


def find_schema_error(document: Path) -> str:
    """Return the first error of a document; empty if there is none."""
    python = str(_environment() / "bin" / "python")
    command = [python, "-I", "-c", _VALIDATE, str(document)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  # a fixed program


def _environment() -> Path:
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"cyclonedx-{key}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing the validator of CycloneDX into {folder} (once, about 20 s)")
    run_installer("the validator", (sys.executable, "-m", "venv", str(folder)), folder)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run_installer("the validator", (*pip, "install", "--require-hashes", "--requirement", str(LOCK)), folder)
