"""The input of `oauth-connector check`: invalid input is reported in one line, with what to do."""

from pathlib import Path

import pytest
import yaml

from oauth_connector.cli.check_input import load
from oauth_connector.cli.main import main
from oauth_connector.cli.usage_error import UsageError
from tests.support.builders import a_spec

HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
CONNECTOR = {**HEAD, "metadata": {"name": "crm"}, "spec": a_spec()}


def a_file(folder: Path, *manifests: object, name: str = "connector.yaml") -> Path:
    """Write a file of manifests."""
    path = folder / name
    path.write_text(yaml.safe_dump_all(manifests))
    return path


def test_values_come_from_manifests_files_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of a Secret can come from all three sources together."""
    monkeypatch.setenv("CRM_PASSWORD", "from-env")
    (tmp_path / "secret").write_text("from-file")
    secret = {"kind": "Secret", "metadata": {"name": "robot"}, "data": {"a": "YQ=="}, "stringData": {"b": "plain"}}
    given = ["robot/c=@" + str(tmp_path / "secret"), "robot/d=env:CRM_PASSWORD"]
    documents = load([a_file(tmp_path, CONNECTOR, secret)], given)
    assert documents.secrets["robot"].data == {"a": b"a", "b": b"plain", "c": b"from-file", "d": b"from-env"}


def test_the_allowed_hosts_of_a_secret_are_read(tmp_path: Path) -> None:
    """The annotation of a Secret applies without a cluster too."""
    notes = {"oauthconnector.dev/allowed-hosts": "A.example, b.example"}
    secret = {"kind": "Secret", "metadata": {"name": "robot", "annotations": notes}, "stringData": {"a": "b"}}
    documents = load([a_file(tmp_path, CONNECTOR, secret)], ["robot/c=@" + __file__])
    assert documents.secrets["robot"].allowed_hosts == ("a.example", "b.example")


BAD_VALUES = {
    "robot": "write NAME/KEY=@file or NAME/KEY=env:VARIABLE",
    "robot=x": "write NAME/KEY=@file or NAME/KEY=env:VARIABLE",
    "robot/key=hunter2": "would stay in the history",
    "robot/key=@/no/such/file": "No such file",
    "robot/key=env:NO_SUCH_VARIABLE": "NO_SUCH_VARIABLE is not set",
}


@pytest.mark.parametrize("value", BAD_VALUES)
def test_an_invalid_value_is_reported_without_its_content(value: str, tmp_path: Path) -> None:
    """The error names the option and what to do. It does not repeat a value that may be secret."""
    with pytest.raises(UsageError) as refused:
        load([a_file(tmp_path, CONNECTOR)], [value])
    assert BAD_VALUES[value] in str(refused.value)
    assert "hunter2" not in str(refused.value)


BAD_FILES: dict[str, tuple[str, str]] = {
    "no connector": ("kind: Secret\nmetadata: {name: a}\n", "0 manifests of kind OAuthConnector"),
    "two connectors": (
        "kind: OAuthConnector\nmetadata: {name: a}\n---\nkind: OAuthConnector\nmetadata: {name: b}\n",
        "2",
    ),
    "not YAML": ("a: [b\n", "not YAML, line 2"),
    "not a manifest": ("- a\n", "is not a Kubernetes manifest"),
    "not base64": (
        "kind: OAuthConnector\nmetadata: {name: a}\n---\nkind: Secret\nmetadata: {name: s}\ndata: {a: '!'}\n",
        "base64",
    ),
}


@pytest.mark.parametrize("sentence", BAD_FILES)
def test_a_bad_file_ends_with_status_2_and_one_line(
    sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage is reported on standard error in one line. Standard output stays empty."""
    text, message = BAD_FILES[sentence]
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert main(["check", "-f", str(path)]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert not shown.out


def test_all_invalid_fields_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All fields are checked before any connection is made."""
    bad = {**CONNECTOR, "spec": {"grantType": "ClientCredentials", "client": {"id": "a"}, "colour": "green"}}
    assert main(["check", "-f", str(a_file(tmp_path, bad))]) == 1
    shown = capsys.readouterr().out
    assert "InvalidSpec: spec.provider: is required" in shown
    assert "spec.colour: is not a known field" in shown


def test_invalid_settings_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings of the operator are checked too."""
    settings = tmp_path / "settings.yaml"
    settings.write_text("alowedDestinations: []\n")
    assert main(["check", "-f", str(a_file(tmp_path, CONNECTOR)), "--config", str(settings)]) == 2
    assert "did you mean 'allowedDestinations'" in capsys.readouterr().err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """`oauth-connector version` prints only the version."""
    assert main(["version"]) == 0
    assert capsys.readouterr().out.strip().count(".") == 2


NOT_TEXT = {
    "an octal number": "stringData: {client-secret: 0012345}",
    "a truth": "stringData: {client-secret: yes}",
    "a list": "data: [a]",
    "a text for an object": "stringData: abc",
}


@pytest.mark.parametrize("sentence", NOT_TEXT)
def test_a_value_that_is_no_string_in_yaml_is_refused(tmp_path: Path, sentence: str) -> None:
    """The API server refuses it too. The value after YAML parsing would cause a failed login."""
    path = tmp_path / "secret.yaml"
    path.write_text(f"kind: Secret\nmetadata: {{name: robot}}\n{NOT_TEXT[sentence]}\n")
    with pytest.raises(UsageError, match="must be"):
        load([a_file(tmp_path, CONNECTOR), path], [])


def test_base64_may_have_line_breaks(tmp_path: Path) -> None:
    """The command base64 writes line breaks, and the API server accepts them."""
    secret = {"kind": "Secret", "metadata": {"name": "robot"}, "data": {"a": "aGVs\nbG8=\n"}}
    assert load([a_file(tmp_path, CONNECTOR, secret)], []).secrets["robot"].data == {"a": b"hello"}
