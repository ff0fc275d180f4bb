"""The command line: its version, the help of each command, and output without a reader."""

import subprocess
import sys

import pytest

from oauth_connector.cli.main import main
from oauth_connector.telemetry.closed_output import OUTPUT_CLOSED

PROGRAM = "import sys; from oauth_connector.cli.main import main; sys.stdin.read(); sys.exit(main(['version']))"
COMMANDS = ("run", "consent", "check", "lint", "drain", "version")


def test_version_is_an_option_and_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` needs no command, as that of `kubectl oauth`, and prints the same as `version`."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    option = capsys.readouterr().out
    assert main(["version"]) == 0
    assert option == capsys.readouterr().out != "\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence stands between usage and options."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    described = capsys.readouterr().out.split("\n\n")[1]
    assert described[0].isupper()
    assert described.endswith(".")


def test_output_without_a_reader_ends_a_command_quietly() -> None:
    """The reader of a pipe may end first, as `head` does: no traceback, and the exit status of SIGPIPE."""
    with subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(b"go")
    assert (errors, process.returncode) == (b"", OUTPUT_CLOSED)
