"""Lock files identify packages by hash and contain no download addresses."""

from pathlib import Path

import pytest

from devtools.locks import ROOT, addresses, lock_files

HASHES = """\
aiohttp==3.14.5 \\
    --hash=sha256:0133c3c3b54a0bf1e71fa5c1ad95c93f07fd54e24ef1fe182f5122e1573d2bf1
    # via oauth-connector-operator (pyproject.toml)
"""

FOUND = {
    "an index of pip": ("a.lock", "--index-url https://mirror.example.com/simple/\n"),
    "an index in short": ("a.lock", "-i https://mirror.example.com\n"),
    "a folder of wheels": ("a.lock", "--find-links wheels\n"),
    "a trusted host": ("a.lock", "--trusted-host mirror.example.com\n"),
    "a package by address": ("a.lock", "idna @ https://mirror.example.com/idna-3.tar.gz\n"),
    "a package by path": ("a.lock", "idna @ file:///srv/idna\n"),
    "a tarball of npm": (
        "package-lock.json",
        '{"x": {\n  "resolved": "https://mirror.example.com/x/-/x-1.0.0.tgz"\n}}\n',
    ),
    "a repository in npm": ("package-lock.json", '{"x": {\n  "resolved": "git+ssh://git@example.com/x.git"\n}}\n'),
}

LEFT_ALONE = {
    "hashes": ("a.lock", HASHES),
    "a sponsor's page": ("package-lock.json", '{"funding": {"url": "https://example.com/sponsors/x"}}\n'),
    "a link inside the checkout": ("package-lock.json", '{"x": {"resolved": "packages/x", "link": true}}\n'),
}


def found_addresses(folder: Path, name: str, text: str) -> list[str]:
    """Search a folder that holds one lock file."""
    (folder / name).write_text(text, encoding="utf-8")
    return list(addresses(lock_files(folder)))


@pytest.mark.parametrize(("name", "text"), FOUND.values(), ids=FOUND.keys())
def test_an_address_in_a_lock_file_is_found(tmp_path: Path, name: str, text: str) -> None:
    """The result has the file and the line."""
    [place] = found_addresses(tmp_path, name, text)
    assert place.startswith(f"{tmp_path / name}:")


@pytest.mark.parametrize(("name", "text"), LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_a_lock_without_addresses_passes(tmp_path: Path, name: str, text: str) -> None:
    """Hashes, sponsors and links inside the checkout are no download addresses."""
    assert found_addresses(tmp_path, name, text) == []


def test_installed_packages_are_not_searched(tmp_path: Path) -> None:
    """Files in node_modules and .venv do not belong to the project."""
    inner = tmp_path / "node_modules" / "x"
    inner.mkdir(parents=True)
    (inner / "package-lock.json").write_text('"resolved": "https://example.com/x/-/x.tgz"', encoding="utf-8")
    assert list(lock_files(tmp_path)) == []


def test_the_projects_own_locks_are_found() -> None:
    """The check finds the lock files of the repository."""
    names = {path.relative_to(ROOT).as_posix() for path in lock_files(ROOT)}
    assert {"requirements/runtime.lock", "requirements/dev.lock"} <= names
