"""The command line, without a cluster."""

from pathlib import Path

import pytest

from oauth_connector.kubectl_plugin.main import main

WRONG = {
    "no command": ([], "COMMAND"),
    "no name": (["authorize"], "NAME"),
    "no such output": (["status", "-o", "yaml"], "invalid choice"),
    "no time": (["authorize", "crm", "--timeout", "soon"], "soon is not a duration; use 90, 90s, 5m or 1h"),
    "no time at all": (["refresh", "crm", "--timeout", "0"], "0 is not a duration"),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_wrong_usage_exits_with_status_2(sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error; nothing is printed as data."""
    arguments, message = WRONG[sentence]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert message in shown.err
    assert not shown.out


def test_a_missing_kubeconfig_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line that names the command."""
    assert main(["status", "--kubeconfig", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.startswith("kubectl oauth status: There is no kubeconfig at ")


def test_help_names_the_plugin_as_kubectl_oauth(capsys: pytest.CaptureFixture[str]) -> None:
    """It shows what a user types."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: kubectl oauth")
