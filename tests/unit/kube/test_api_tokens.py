"""Tokens for the API server: fixed, from a file that changes, from a program."""

import json
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from oauth_connector.kube.api_tokens import FixedToken, TokenFile, TokenProgram
from oauth_connector.kube.errors import AccessError

API = "client.authentication.k8s.io/v1"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def program(text: str, **more: object) -> dict[str, object]:
    """Return the `exec` of a kubeconfig that runs Python."""
    return {"apiVersion": API, "command": sys.executable, "args": ["-c", text], **more}


def credential(status: dict[str, str]) -> str:
    """Return a program that prints an ExecCredential."""
    return f"print({json.dumps(json.dumps({'apiVersion': API, 'kind': 'ExecCredential', 'status': status}))})"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with a token in it."""
    path = tmp_path / "token"
    path.write_text("first\n")
    return path


def test_a_fixed_token_stays() -> None:
    """Renewing changes nothing."""
    source = FixedToken(SecretStr("one"))
    source.renew()
    assert source.current().get_secret_value() == "one"


def test_a_new_token_in_a_file_is_read_within_a_minute(file: Path) -> None:
    """The kubelet replaces a projected token while the process runs."""
    clock = Clock()
    source = TokenFile(file, clock)
    assert source.current().get_secret_value() == "first"
    file.write_text("second")
    clock.now += 59
    assert source.current().get_secret_value() == "first"
    clock.now += 1
    assert source.current().get_secret_value() == "second"


def test_a_rejected_token_is_read_again_at_once(file: Path) -> None:
    """After a 401 the file is read before the minute has passed."""
    source = TokenFile(file, Clock())
    source.current()
    file.write_text("second")
    source.renew()
    assert source.current().get_secret_value() == "second"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"], ids=["empty", "a line end", "not text"])
def test_a_file_that_is_being_replaced_changes_nothing(file: Path, content: bytes) -> None:
    """The last valid token is used while the file has none."""
    clock = Clock()
    source = TokenFile(file, clock)
    source.current()
    file.write_bytes(content)
    clock.now += 100
    assert source.current().get_secret_value() == "first"


def test_a_missing_file_changes_nothing(file: Path) -> None:
    """The last valid token is used while there is no file; each use tries to read it."""
    clock = Clock()
    source = TokenFile(file, clock)
    source.current()
    file.unlink()
    clock.now += 100
    assert source.current().get_secret_value() == "first"
    file.write_text("second")
    assert source.current().get_secret_value() == "second"


def test_a_file_that_never_existed_is_an_error(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(AccessError, match=r"nothing-here contains no token"):
        TokenFile(tmp_path / "nothing-here").current()


def test_a_program_runs_once(tmp_path: Path) -> None:
    """Its token is used until it is rejected; then the program runs again."""
    count = f"p = __import__('pathlib').Path({str(tmp_path / 'count')!r}); p.open('a').write('x');"
    source = TokenProgram(program(count + credential({"token": "abc"})), tmp_path)
    assert [source.current().get_secret_value() for _ in range(3)] == ["abc"] * 3
    assert (tmp_path / "count").read_text() == "x"
    source.renew()
    assert (tmp_path / "count").read_text() == "xx"


def test_a_program_gets_its_environment(tmp_path: Path) -> None:
    """The environment of the kubeconfig is set, and a relative command starts at its folder."""
    script = tmp_path / "login"
    output = json.dumps({"apiVersion": API, "kind": "ExecCredential", "status": {"token": "$WHO"}})
    script.write_text(f"#!/bin/sh\ncat <<END\n{output}\nEND\n")
    script.chmod(0o700)
    config = {"apiVersion": API, "command": "./login", "env": [{"name": "WHO", "value": "ann"}]}
    assert TokenProgram(config, tmp_path).current().get_secret_value() == "ann"


FAILING = {
    "fails": program("raise SystemExit('s3cret')"),
    "says nothing": program(""),
    "gives a certificate": program(credential({"clientCertificateData": "x", "clientKeyData": "y"})),
    "does not exist": {"apiVersion": API, "command": "./no-such-program"},
    "is not named": {"apiVersion": API},
}


@pytest.mark.parametrize("config", FAILING.values(), ids=FAILING.keys())
def test_a_program_without_a_token_is_an_error(config: dict[str, object], tmp_path: Path) -> None:
    """The message names the program, and contains nothing of its output."""
    with pytest.raises(AccessError, match=r"The login program .* returned no token") as caught:
        TokenProgram(config, tmp_path).current()
    assert "s3cret" not in str(caught.value)


def test_no_token_shows_in_a_repr(file: Path, tmp_path: Path) -> None:
    """Sources may be logged, but no tokens and no environment of a program."""
    config = program(credential({"token": "first"}), env=[{"name": "PASSWORD", "value": "first"}])
    sources = (FixedToken(SecretStr("first")), TokenFile(file), TokenProgram(config, tmp_path))
    for source in sources:
        source.current()
        assert "first" not in repr(source)


def test_a_login_program_needs_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package `kubernetes` is not installed, as in the image, the error states what to install."""
    monkeypatch.setitem(sys.modules, "kubernetes.config.config_exception", None)
    with pytest.raises(AccessError, match=r"oauth-connector-operator\[cli\]"):
        TokenProgram(program("pass"), tmp_path).current()
