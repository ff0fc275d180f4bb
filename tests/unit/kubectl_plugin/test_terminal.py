"""Messages and questions where there is no terminal."""

import io
import os
import sys

import pytest

from oauth_connector.kubectl_plugin.blocking_calls import STDIN, read_line
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.terminal import Terminal, can_answer
from oauth_connector.telemetry.terminal_text import strip_control_characters


class TerminalOutput(io.StringIO):
    """What a terminal receives."""

    def isatty(self) -> bool:
        """Return true."""
        return True


def test_progress_is_printed_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log a line a minute is enough, and one for each new thing."""
    times = iter([0.0, 30.0, 60.0, 60.0, 61.0])
    narration = Terminal(lambda: next(times))
    for what in ("a", "a", "a", "b"):
        narration.progress(what, "5m")
    assert capsys.readouterr().err == "… a (5m left)\n… a (5m left)\n… b (5m left)\n"


def test_progress_on_a_terminal_leaves_its_line_to_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that ends the command begins at the start of an empty line."""
    shown = TerminalOutput()
    monkeypatch.setattr(sys, "stderr", shown)
    narration = Terminal()
    narration.progress("waiting", "5m")
    narration.clear()
    sys.stderr.write("kubectl oauth authorize: failed\n")
    narration.clear()
    assert shown.getvalue().split("\r")[-1] == "kubectl oauth authorize: failed\n"


def test_no_colours_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output stays empty."""
    Terminal().success("done")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "✓ done\n")


async def test_an_answer_can_come_from_a_pipe(typed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program may answer; the end of its output is reported."""
    os.write(typed, b"K7QF-2M9P\r\nmore\n")
    narration = Terminal()
    assert await narration.ask("Code: ") == "K7QF-2M9P"
    assert await narration.ask("More: ", hidden=True) == ""
    assert await narration.ask("More: ", hidden=True) == "more"
    os.close(typed)
    with pytest.raises(CommandFailed, match="Standard input ended"):
        await narration.ask("More: ")
    assert capsys.readouterr().err.startswith("Code: More: ")


def test_a_last_line_without_newline_is_an_answer(typed: int) -> None:
    """`echo -n` prints such a line."""
    os.write(typed, b"K7QF-2M9P")
    os.close(typed)
    assert read_line() == "K7QF-2M9P"
    assert read_line() is None


def test_a_pipe_can_answer_and_dev_null_cannot(typed: int) -> None:
    """Schedulers use /dev/null as standard input; the command does not prompt then."""
    assert can_answer()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.close(nothing)
    assert not can_answer()
    os.close(typed)


def test_control_characters_become_dots() -> None:
    """Letters of all scripts stay."""
    assert strip_control_characters("Zoë \x1b[31m\r\n東京\u202e") == "Zoë ·[31m··東京·"


CLEARS = "a\x1b[2J\x1b]52;c;eA==\x07\rb\nc"
"""Clears the screen, sets the clipboard, and overwrites the line (ECMA-48; xterm control sequences)."""
SHOWN = "a·[2J·]52;c;eA==··b"


def test_no_message_controls_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a status, a Secret's name or a server says; its line breaks are harmless."""
    Terminal().warn(CLEARS)
    assert capsys.readouterr().err == f"! {SHOWN}\nc\n"


@pytest.mark.parametrize("stream", [TerminalOutput(), io.StringIO()])
def test_no_progress_controls_the_terminal(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the message of a condition; on a terminal it stays on its line."""
    monkeypatch.setattr(sys, "stderr", stream)
    Terminal(lambda: 100.0).progress(CLEARS, "5m")
    assert stream.getvalue().startswith(f"… {SHOWN}")
    assert "\x1b" not in stream.getvalue()


async def test_no_question_controls_the_terminal(typed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """It may contain names."""
    os.write(typed, b"y\n")
    await Terminal().ask(CLEARS)
    assert capsys.readouterr().err == f"{SHOWN}\nc"
    os.close(typed)
