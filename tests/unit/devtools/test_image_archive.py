"""The archive of an image: the same bytes for the same files, and a list of components."""

import json
import os
from pathlib import Path

import pytest

from devtools.image.image_archive import extract, read_config, read_facts
from devtools.image.layer import Layer, read_layer, write_layer
from devtools.image.oci_archive import Description, write_archive
from devtools.image.recipe import ARCHITECTURES, SITE, STATUS
from devtools.image.root_filesystem import settle
from devtools.image.sbom import bill_of_materials, read_components

DESCRIPTION = Description(
    "one:1.0", {"org.opencontainers.image.title": "one"}, "2026-01-01T00:00:00Z", ARCHITECTURES["aarch64"]
)


def _write_root(root: Path, mask: int) -> Path:
    before = os.umask(mask)
    try:
        (root / "usr" / "bin").mkdir(parents=True)
        (root / "usr" / "bin" / "one").write_text("#!/one\n")
        (root / "usr" / "bin" / "one").chmod(0o777 & ~mask)
        (root / "bin").symlink_to("usr/bin")
    finally:
        os.umask(before)
    settle(root)
    return root


def _write_layer(folder: Path, mask: int) -> Layer:
    folder.mkdir()
    root = folder / "root"
    root.mkdir()
    return write_layer(_write_root(root, mask), folder / "layer.tar.gz")


def test_a_layer_depends_on_files_only(tmp_path: Path) -> None:
    """Neither the folder, nor the umask, nor the time changes the digest."""
    first, second = _write_layer(tmp_path / "a", 0o022), _write_layer(tmp_path / "b", 0o077)
    assert first == second
    assert read_layer(tmp_path / "b" / "layer.tar.gz") == second


def test_an_archive_yields_the_files_and_the_configuration(tmp_path: Path) -> None:
    """What is written is read again: files, modes, links, labels, architecture, digest."""
    layer = _write_layer(tmp_path / "a", 0o022)
    digest = write_archive(tmp_path / "one.tar", [(layer, tmp_path / "a" / "layer.tar.gz")], DESCRIPTION)
    facts = read_facts(tmp_path / "one.tar")
    assert (facts.digest, facts.unpacked, facts.packed) == (digest, len("#!/one\n"), layer.size)
    config = read_config(tmp_path / "one.tar")
    assert config["architecture"] == "arm64"
    assert config["rootfs"]["diff_ids"] == [layer.diff_id]
    assert config["annotations"] == {"org.opencontainers.image.title": "one"}
    extract(tmp_path / "one.tar", tmp_path / "out")
    assert (tmp_path / "out" / "bin" / "one").stat().st_mode & 0o7777 == 0o755


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with a Debian package and two distributions."""
    packages = "Package: libone\nVersion: 1:2.0-1+deb12u1\nArchitecture: arm64\nDepends: libc6 (>= 2.36), two | three\n"
    files = {
        STATUS: f"{packages}\nPackage: libc6\nVersion: 2.36\nArchitecture: arm64\n",
        "etc/os-release": 'VERSION_ID="12"\n',
        f"{SITE}/Big_One-1.dist-info/METADATA": (
            "Name: Big_One\nVersion: 1.0\nLicense-Expression: MIT\n"
            "Requires-Dist: small.one>=1\nRequires-Dist: absent ; extra == 'more'\n"
        ),
        f"{SITE}/small_one-1.dist-info/METADATA": "Name: small-one\nVersion: 2.0\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_components_are_read_from_the_metadata_in_the_image(root: Path) -> None:
    """Package URLs name the release of Debian, and the normalised name of a distribution."""
    assert [component.purl for component in read_components(root)] == [
        "pkg:deb/debian/libone@1%3A2.0-1+deb12u1?arch=arm64&distro=debian-12",
        "pkg:deb/debian/libc6@2.36?arch=arm64&distro=debian-12",
        "pkg:pypi/big-one@1.0",
        "pkg:pypi/small-one@2.0",
    ]


def test_the_document_has_licences_hashes_and_dependencies(root: Path) -> None:
    """A dependency is listed if it is in the image; extras are none."""
    text = bill_of_materials(read_components(root), {"big-one": "ab"}, DESCRIPTION, "sha256:00")
    document = json.loads(text)
    big = next(entry for entry in document["components"] if entry["name"] == "big-one")
    assert big["licenses"] == [{"expression": "MIT"}]
    assert big["hashes"] == [{"alg": "SHA-256", "content": "ab"}]
    graph = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    assert graph["pkg:pypi/big-one@1.0"] == ["pkg:pypi/small-one@2.0"]
    assert graph["pkg:deb/debian/libone@1%3A2.0-1+deb12u1?arch=arm64&distro=debian-12"] == [
        "pkg:deb/debian/libc6@2.36?arch=arm64&distro=debian-12"
    ]
    assert text == bill_of_materials(read_components(root), {"big-one": "ab"}, DESCRIPTION, "sha256:00")
