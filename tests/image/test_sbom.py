"""The list of the content is complete."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from devtools.image import recipe
from devtools.image.build import CHECKOUT, LOCK, SBOM
from devtools.image.image_archive import read_facts
from tests.support.cyclonedx import find_schema_error

_LOCKED = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


@pytest.fixture(scope="session")
def document(archive: Path) -> dict[str, Any]:
    """Return the document beside the archive."""
    found: dict[str, Any] = json.loads((archive.parent / SBOM).read_text())
    return found


def _of_kind(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in document["components"] if entry["purl"].startswith(f"pkg:{kind}/")}


def test_python_distributions_are_those_of_the_lock_file(document: dict[str, Any]) -> None:
    """Each one has the version of the lock file and one of its hashes; nothing else is there but the project itself."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    locked = {name: (version, hashes) for name, version, hashes in _LOCKED.findall((CHECKOUT / LOCK).read_text())}
    listed = _of_kind(document, "pypi")
    assert listed.pop(project["name"])["version"] == project["version"]
    assert listed.keys() == locked.keys()
    for name, (version, hashes) in locked.items():
        assert listed[name]["version"] == version
        assert listed[name]["hashes"][0]["content"] in hashes


def test_debian_packages_are_those_of_the_recipe(document: dict[str, Any]) -> None:
    """Each one has its version and its hash."""
    listed = _of_kind(document, "deb")
    assert listed.keys() == set(recipe.PACKAGES)
    for entry in listed.values():
        assert entry["version"]
        assert re.fullmatch("[0-9a-f]{64}", entry["hashes"][0]["content"])
        assert "distro=debian-12" in entry["purl"]


def test_the_metadata_in_the_image_has_the_same_components(document: dict[str, Any], root: Path) -> None:
    """A scanner that reads dpkg's status file and Python's metadata finds the components of the list."""
    packages = re.findall(r"^Package: (\S+)$", (root / recipe.STATUS).read_text(), re.MULTILINE)
    distributions = [path.name.split("-")[0] for path in (root / recipe.SITE).glob("*.dist-info")]
    assert len(packages) + len(distributions) == len(document["components"])


def test_the_subject_is_the_image(document: dict[str, Any], archive: Path) -> None:
    """The document names the digest of the image that it describes, and everything in it depends on nothing unknown."""
    subject = document["metadata"]["component"]
    assert read_facts(archive).digest.replace(":", "%3A") in subject["purl"]
    refs = {subject["bom-ref"], *(entry["bom-ref"] for entry in document["components"])}
    assert len(refs) == len(document["components"]) + 1
    assert {entry["ref"] for entry in document["dependencies"]} == refs
    assert {target for entry in document["dependencies"] for target in entry["dependsOn"]} <= refs


def test_the_document_has_the_format_cyclonedx(archive: Path) -> None:
    """The validator of CycloneDX, with the strict schema of version 1.6, finds no error."""
    assert find_schema_error(archive.parent / SBOM) == ""


def test_no_address_is_in_it(archive: Path) -> None:
    """The document does not say where the packages were downloaded from."""
    assert "://" not in (archive.parent / SBOM).read_text()
