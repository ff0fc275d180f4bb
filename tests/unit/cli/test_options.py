"""The options of both programs, `oauth-connector` and `kubectl oauth`."""

import re
from collections import defaultdict

import pytest

from oauth_connector.cli.main import main as oauth_connector
from oauth_connector.kubectl_plugin.main import main as kubectl_oauth

OPTION = re.compile(r"^  (-[^ ,]+)(?: [^ ,]+)?(?:, (-[^ ,]+))?", re.MULTILINE)
COMMANDS = re.compile(r"^    ([a-z-]+)\b", re.MULTILINE)
PROGRAMS = (oauth_connector, kubectl_oauth)


def test_an_option_has_the_same_forms_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a command of a program knows `-y` for `--yes`, all commands of both programs do."""
    forms: dict[str, set[frozenset[str]]] = defaultdict(set)
    for program in PROGRAMS:
        with pytest.raises(SystemExit):
            program(["--help"])
        for command in COMMANDS.findall(capsys.readouterr().out):
            with pytest.raises(SystemExit):
                program([command, "--help"])
            for found in OPTION.findall(capsys.readouterr().out):
                names = frozenset(filter(None, found))
                for name in names:
                    forms[name].add(names)
    assert {name: written for name, written in forms.items() if len(written) > 1} == {}
    assert forms["--yes"] == {frozenset({"--yes", "-y"})}
