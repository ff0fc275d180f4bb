"""How a step is printed."""

from oauth_connector.diagnosis.step import DiagnosisStep, format_step

CLEARS = "a\x1b[2J\rb\nc"
"""Clears the screen, and overwrites the line (ECMA-48)."""


def test_no_step_controls_the_terminal() -> None:
    """A certificate, a status or a name of a key may contain an escape sequence or a line that looks like a step."""
    step = DiagnosisStep("connection", passed=False, text=CLEARS, facts={CLEARS: CLEARS})
    assert format_step(step) == "✗ connection a·[2J·b·c\n    a·[2J·b·c: a·[2J·b·c"
