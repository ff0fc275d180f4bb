"""The list of what is in the image, in the format CycloneDX 1.6, read from the files of the image.

Debian packages are those of dpkg's status file, and Python distributions those with metadata. Both are named by package
URLs, so that scanners can search for their vulnerabilities.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devtools.image.oci_archive import Description
from devtools.image.recipe import RELEASE, SITE, STATUS

_NAMESPACE = uuid.UUID("6a1e5a3c-5f0e-4f0a-8a55-6a0c5d3b1b1e")
_DEBIAN_NAME = re.compile(r"^\s*([a-z0-9][a-z0-9+.-]+)")
_PYTHON_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Component:
    """A Debian package or a Python distribution: name, version, package URL, licence, and the names it depends on."""

    name: str
    version: str
    purl: str
    licence: str = ""
    needs: frozenset[str] = frozenset()


def read_components(root: Path) -> Iterator[Component]:
    """Return the components whose metadata is below a root, Debian packages first."""
    status = root / STATUS
    if status.exists():
        release = re.search(r'^VERSION_ID="?(\d+)', (root / "etc/os-release").read_text(), re.MULTILINE)
        distribution = f"debian-{release[1]}" if release else RELEASE
        for paragraph in status.read_text().strip().split("\n\n"):
            yield _debian(message_from_string(paragraph), distribution)
    for metadata in sorted((root / SITE).glob("*.dist-info/METADATA")):
        yield _python(message_from_string(metadata.read_text()))


def bill_of_materials(
    components: Iterable[Component], hashes: Mapping[str, str], description: Description, digest: str
) -> str:
    """Return the document for an image with a digest; `hashes` has the SHA-256 of a component's downloaded file."""
    listed = sorted(components, key=lambda component: component.purl)
    subject = _subject(description, digest)
    refs = {component.name: component.purl for component in listed}
    graph = [{"ref": subject["bom-ref"], "dependsOn": [component.purl for component in listed]}]
    graph += [
        {"ref": c.purl, "dependsOn": sorted(refs[name] for name in c.needs & refs.keys() - {c.name})} for c in listed
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, digest)}",
        "version": 1,
        "metadata": {"timestamp": description.created, "component": subject},
        "components": [_entry(component, hashes.get(component.name, "")) for component in listed],
        "dependencies": graph,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def normalise_name(name: str) -> str:
    """Return the name of a Python distribution as package URLs and lock files have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _debian(control: Message, distribution: str) -> Component:
    name, version = control["Package"], control["Version"]
    purl = f"pkg:deb/debian/{name}@{quote(version, safe='+~.')}?arch={control['Architecture']}&distro={distribution}"
    fields = (control["Depends"] or "", control["Pre-Depends"] or "")
    needs = (_DEBIAN_NAME.match(word) for field in fields for word in re.split(r"[,|]", field))
    return Component(name, version, purl, needs=frozenset(found[1] for found in needs if found))


def _python(metadata: Message) -> Component:
    name, version = normalise_name(metadata["Name"]), metadata["Version"]
    needs = (_PYTHON_NAME.match(line) for line in metadata.get_all("Requires-Dist") or () if "extra ==" not in line)
    found = frozenset(normalise_name(match[1]) for match in needs if match)
    return Component(name, version, f"pkg:pypi/{name}@{quote(version, safe='+')}", _licence(metadata), found)


def _licence(metadata: Message) -> str:
    return metadata["License-Expression"] or ""


def _subject(description: Description, digest: str) -> Json:
    name, _, tag = description.name.partition(":")
    purl = f"pkg:oci/{name}@{quote(digest)}?arch={description.architecture.debian}&tag={tag}"
    return {"type": "container", "name": name, "version": tag, "bom-ref": purl, "purl": purl}


def _entry(component: Component, sha256: str) -> Json:
    entry: Json = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
    }
    if component.licence:
        entry["licenses"] = [{"expression": component.licence}]
    if sha256:
        entry["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    return entry
