"""Redis for Argo CD is found or installed, and a failure is one sentence."""

import os
from pathlib import Path

import pytest

from devtools.gitops.packages import PackageError, require_redis


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder of PATH, on a machine of root."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def put(program: Path, script: str = "") -> Path:
    """Write a program."""
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_server_that_is_there_is_used(path: Path) -> None:
    """Nothing is installed."""
    put(path / "apt-get", f": > {path}/called")
    server = put(path / "redis-server")
    assert require_redis() == server
    assert not (path / "called").exists()


def test_the_package_without_a_service_is_enough(path: Path) -> None:
    """apt-get installs redis-tools, whose program is the server under another name."""
    here = path / "redis-check-rdb"
    put(path / "apt-get", f'case "$*" in *"install -y"*" redis-tools") : > {here}; /bin/chmod 755 {here};; esac')
    assert require_redis() == here


def test_the_reason_of_apt_is_quoted(path: Path) -> None:
    """If the package cannot be installed, the message has the last line of apt-get."""
    put(path / "apt-get", "echo 'W: old lists' >&2; echo 'E: Temporary failure resolving' >&2; exit 100")
    with pytest.raises(PackageError, match=r"cannot install redis-tools: E: Temporary failure resolving$"):
        require_redis()


def test_a_machine_without_apt_needs_the_package(path: Path) -> None:
    """The message names the package of Debian."""
    del path
    with pytest.raises(PackageError, match=r"redis-server is missing: install Redis \(Debian: .* redis-tools\)"):
        require_redis()
