"""A step of `oauth-connector check`, and how it is printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

_console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class CheckStep:
    """The result of one step: its name, whether it passed, the result or the remedy, further facts by name."""

    name: str
    passed: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


def print_step(step: CheckStep) -> None:
    """Print a step: a mark, its name, its text, and its facts below."""
    mark = Text("✓ ", style="green") if step.passed else Text("✗ ", style="red")
    _console.print(mark + Text(f"{step.name:<11}", style="bold") + Text(step.text))
    for name, value in step.facts.items():
        _console.print(Text(f"    {name}: ", style="dim") + Text(value))
