"""Text for a terminal: its colours and its width."""

import io

import pytest

from oauth_connector.telemetry.terminal_text import Style, count_columns, has_colours, style_text


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": ""}, False),
        ({}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ],
    ids=["a terminal", "without colours", "with an empty type", "without a type", "a user who wants no colours"],
)
def test_a_terminal_shows_colours(environ: dict[str, str], *, expected: bool) -> None:
    """The terminal must be able to, and the user must not object."""
    assert has_colours(Screen(), environ) is expected


def test_a_file_gets_plain_text() -> None:
    """Output that another program reads contains no control sequences."""
    assert style_text("ready", Style.GREEN, io.StringIO()) == "ready"


def test_a_style_ends_with_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows is plain again; a plain or empty text stays as it is."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert style_text("ready", Style.GREEN, Screen()) == "\x1b[32mready\x1b[0m"
    assert style_text("ready", Style.PLAIN, Screen()) == "ready"
    assert style_text("", Style.GREEN, Screen()) == ""


@pytest.mark.parametrize(
    ("text", "columns"), [("shop", 4), ("Zoë", 3), ("Zoe\u0308", 3), ("東京", 4), ("\u200b", 0), ("✓", 1)]
)
def test_the_width_of_a_text_is_that_of_a_terminal(text: str, columns: int) -> None:
    """A wide character takes two columns, and a combining one none."""
    assert count_columns(text) == columns
