"""`oauth-connector lint` judges files and folders of manifests."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from oauth_connector.cli.main import main
from tests.support.builders import a_spec
from tests.support.manifests import ROOT, samples

GOOD, BAD = samples("good"), samples("bad")


def a_connector(name: str = "crm", namespace: str = "", **spec: Any) -> dict[str, Any]:
    """Build a manifest."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": metadata}
    return head | {"spec": a_spec(**spec)}


def a_file(path: Path, *manifests: object) -> Path:
    """Write a file of manifests."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(yaml.safe_dump_all(manifests))
    return path


def lint(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    """Run the command, and return its exit status and its findings."""
    status = main(["lint", "-o", "json", *map(str, arguments)])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return status, found


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_of_the_corpus_has_no_finding(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest that the API server accepts has no finding."""
    assert lint(capsys, GOOD[name].path) == (0, [])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_of_the_corpus_has_the_finding_of_the_models(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A manifest that the API server rejects has one finding, with the message of the models and the place."""
    status, found = lint(capsys, ROOT / "bad" / f"{name}.yaml")
    assert (status, len(found)) == (1, 1)
    assert BAD[name].message_of_models in f"{found[0]['field']} {found[0]['message']}"
    assert found[0]["line"] > len(BAD[name].comments)


def test_the_examples_have_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """The examples of this repository are valid."""
    assert lint(capsys, ROOT.parents[2] / "examples") == (0, [])


def test_a_folder_is_searched_at_any_depth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML and JSON files are found at any depth. Hidden folders, other files and excluded files are not read."""
    bad = a_connector(grantType="None")
    read = [a_file(tmp_path / name, bad) for name in ("a.yaml", "b/c.yml", "b/d/e.json")]
    for name in (".git/a.yaml", "notes.txt", "b/patch.yaml", "vendor/x/a.yaml"):
        a_file(tmp_path / name, bad)
    status, found = lint(capsys, tmp_path, "--exclude", "patch.yaml", "--exclude", "*/vendor/*")
    assert (status, [finding["file"] for finding in found]) == (1, [str(file) for file in read])


def test_other_files_of_a_folder_are_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other kinds and templates are ignored. A template that names the API group cannot be judged: this is an error."""
    a_file(tmp_path / "deployment.yaml", {"apiVersion": "apps/v1", "kind": "Deployment"}, [1], "text")
    (tmp_path / "template.yaml").write_text("{{- if .Values.x }}\na: 1\n{{- end }}\n")
    assert lint(capsys, tmp_path) == (0, [])
    (tmp_path / "template.yaml").write_text("{{- if }}\napiVersion: oauthconnector.dev/v1alpha1\n{{- end }}\n")
    status, found = lint(capsys, tmp_path)
    assert (status, found[0]["rule"]) == (1, "yaml")


def test_manifests_are_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output of `helm template` or `kubectl kustomize` can be piped into the command."""
    monkeypatch.setattr("sys.stdin", io.StringIO(yaml.safe_dump(a_connector(grantType="None"))))
    status, found = lint(capsys, "-")
    assert (status, found[0]["file"], found[0]["field"]) == (1, "<stdin>", "spec.grantType")


def test_an_unknown_kind_of_the_group_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind or a version that the API does not have is reported."""
    kind = a_connector() | {"kind": "OAuthConector"}
    release = a_connector("b") | {"apiVersion": "oauthconnector.dev/v9"}
    _, found = lint(capsys, a_file(tmp_path / "a.yaml", kind, release))
    assert [finding["field"] for finding in found] == ["kind", "apiVersion"]


def test_a_name_occurs_once_in_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same name in one folder is an error; in another folder or namespace it is not."""
    a_file(tmp_path / "a.yaml", a_connector())
    a_file(tmp_path / "b.yaml", a_connector())
    a_file(tmp_path / "prod/a.yaml", a_connector())
    a_file(tmp_path / "c.yaml", a_connector(namespace="prod"))
    status, found = lint(capsys, tmp_path)
    assert (status, [finding["rule"] for finding in found]) == (1, ["duplicate-name"])
    assert found[0]["file"] == str(tmp_path / "b.yaml")
    assert f"{tmp_path / 'a.yaml'}:" in found[0]["message"]


def test_two_connectors_have_two_output_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two connectors of a namespace with one output Secret are an error, also where one name is the default."""
    other = a_connector("erp", output={"secretName": "crm-token"})
    status, found = lint(capsys, a_file(tmp_path / "a.yaml", a_connector(), other))
    assert (status, found[0]["rule"], found[0]["field"]) == (1, "shared-secret", "spec.output.secretName")
    assert "OAuthConnector crm" in found[0]["message"]


def test_a_key_that_its_secret_does_not_have_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Secret in the same folder must have the key that a connector refers to; a warning fails with `--strict`."""
    reference = {"id": "crm", "secretRef": {"name": "crm-client", "key": "secret"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "crm-client"}, "stringData": {"other": "v"}}
    file = a_file(tmp_path / "a.yaml", a_connector(client=reference), secret)
    status, found = lint(capsys, file)
    assert (status, found[0]["level"], found[0]["field"]) == (0, "warning", "spec.client.secretRef")
    assert lint(capsys, file, "--strict")[0] == 1


def test_no_output_contains_a_value_of_the_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A secret in the wrong field does not appear in the output, whatever the format is."""
    bad = a_connector(client={"id": "crm", "secretRef": "hunter2"}, tokenParameters={"password": "hunter2"})
    file = a_file(tmp_path / "a.yaml", bad)
    for output in ("text", "json", "sarif"):
        assert main(["lint", "-o", output, str(file)]) == 1
        assert "hunter2" not in capsys.readouterr().out


def test_the_text_has_a_line_for_each_finding_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line names file, line and column as compilers do, so that editors can follow it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(a_connector(grantType="Cash")))
    assert main(["lint", "a.yaml"]) == 1
    line, summary = capsys.readouterr().out.splitlines()
    assert line.startswith("a.yaml:") and ": error: OAuthConnector " in line and line.endswith(" [field]")  # noqa: PT018  # one line
    assert summary == "1 manifest, 1 error, 0 warnings"


def test_a_key_of_a_manifest_begins_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a manifest are replaced in the text, so it writes no commands of a CI system."""
    file = tmp_path / "a.yaml"
    file.write_text(json.dumps(a_connector() | {"spec": {"x\n::add-mask::y\x1b[2J": 1}}))
    assert main(["lint", str(file)]) == 1
    text = capsys.readouterr().out
    assert "x·::add-mask::y·[2J" in text
    assert "\x1b" not in text


def test_a_path_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage has the exit status 2, and findings have 1."""
    assert main(["lint", "no-such-file.yaml"]) == 2
    assert "no-such-file.yaml: No such file" in capsys.readouterr().err


def test_a_folder_without_connectors_passes_with_a_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to judge is no error, but a note says so: the path may be wrong."""
    assert main(["lint", str(tmp_path)]) == 0
    assert "no OAuthConnector was found" in capsys.readouterr().err


def a_chained(name: str, of: str, namespace: str = "") -> dict[str, Any]:
    """Build a connector that presents the token of another one."""
    exchange = {"subjectToken": {"connectorRef": {"name": of}}}
    return a_connector(name, namespace, grantType="TokenExchange", tokenExchange=exchange)


def test_a_loop_of_connectors_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each connector of a loop has a finding; one that only leads into it, or out of the folder, has none."""
    chain = [a_chained("a", "b"), a_chained("b", "c"), a_chained("c", "a"), a_chained("d", "a"), a_chained("e", "else")]
    a_file(tmp_path / "x" / "all.yaml", *chain, a_chained("a", "c", "other"))
    status, found = lint(capsys, tmp_path)
    assert status == 1
    assert {finding["rule"] for finding in found} == {"connector-loop"}
    assert [finding["subject"] for finding in found] == [f"OAuthConnector {name}" for name in "abc"]
    assert {finding["field"] for finding in found} == {"spec.tokenExchange.subjectToken.connectorRef"}


def test_labels_of_controllers_need_the_setting_of_the_operator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are judged where the settings are given, as `check` does."""
    label = "argocd.argoproj.io/secret-type"
    manifest = a_file(tmp_path / "crm.yaml", a_connector(output={"labels": {label: "repository"}}))
    allowing, forbidding = tmp_path / "allowing.conf", tmp_path / "forbidding.conf"
    allowing.write_text(f"allowedOutputLabels: [{label}=repository]\n")
    forbidding.write_text("allowedOutputLabels: []\n")
    assert lint(capsys, manifest) == (0, [])
    assert lint(capsys, manifest, "--config", allowing) == (0, [])
    status, [finding] = lint(capsys, manifest, "--config", forbidding)
    assert (status, finding["rule"], finding["field"]) == (1, "forbidden-label", f"spec.output.labels.{label}")
