"""A step of `oauth-connector check`, and how it is printed."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from oauth_connector.telemetry.terminal_text import Style, style_text


@dataclass(frozen=True, slots=True)
class CheckStep:
    """The result of one step: its name, whether it passed, the result or the remedy, further facts by name."""

    name: str
    passed: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


def print_step(step: CheckStep) -> None:
    """Print a step: a mark, its name, its text, and its facts below."""
    mark = style_text("✓", Style.GREEN, sys.stdout) if step.passed else style_text("✗", Style.RED, sys.stdout)
    print(mark, style_text(f"{step.name:<11}", Style.BOLD, sys.stdout) + step.text)
    for name, value in step.facts.items():
        print(style_text(f"    {name}: ", Style.DIM, sys.stdout) + value)
