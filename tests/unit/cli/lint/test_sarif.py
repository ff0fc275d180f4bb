"""The SARIF output of `oauth-connector lint` has the form that code scanning services read."""

import json
from pathlib import Path
from typing import Any

import pytest

from oauth_connector.cli.main import main
from tests.support.manifests import ROOT


def sarif(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the command and return the only run of the log file."""
    main(["lint", "-o", "sarif", *arguments])
    log: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_each_result_has_the_required_members(capsys: pytest.CaptureFixture[str]) -> None:
    """Each result refers to a rule of the tool, and has a message and a region (SARIF 2.1.0 §3.27, §3.30)."""
    run = sarif(capsys, str(ROOT / "bad"))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) > 100
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert (region["startLine"] >= 1, region["startColumn"] >= 1) == (True, True)


def test_a_file_is_named_by_a_uri(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path stays relative, and characters that URIs do not allow are encoded (RFC 3986 §2.1)."""
    monkeypatch.chdir(tmp_path)
    name = "a folder/ü.yaml"
    (tmp_path / "a folder").mkdir()
    (tmp_path / name).write_text("apiVersion: oauthconnector.dev/v1alpha1\nkind: Other\n")
    uris = [
        sarif(capsys, path)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for path in (name, str(tmp_path / name))
    ]
    assert uris[0] == "a%20folder/%C3%BC.yaml"
    assert uris[1] == (tmp_path / name).as_uri()
