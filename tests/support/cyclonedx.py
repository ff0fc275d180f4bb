"""The validator of CycloneDX, in an environment of its own, made from requirements/cyclonedx.lock."""

import subprocess
from pathlib import Path

from devtools.authorization_servers.installation import locked_environment

LOCK = Path(__file__).parents[2] / "requirements" / "cyclonedx.lock"
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()) or "")
"""


def find_schema_error(document: Path) -> str:
    """Return the first error of a document; empty if there is none."""
    python = str(locked_environment("cyclonedx", "the validator of CycloneDX", LOCK, "about 20 s") / "bin" / "python")
    command = [python, "-I", "-c", _VALIDATE, str(document)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  # a fixed program
