"""Steps of a check as a person reads them."""

from rich.console import Console
from rich.text import Text

from oauth_connector.cli.check_step import CheckStep

_console = Console(highlight=False, soft_wrap=True)


def print_step(step: CheckStep) -> None:
    """Print a step: a mark, its name, what was found, and its facts below."""
    mark = Text("✓ ", style="green") if step.well else Text("✗ ", style="red")
    _console.print(mark + Text(f"{step.name:<11}", style="bold") + Text(step.text))
    for name, value in step.facts.items():
        _console.print(Text(f"    {name}: ", style="dim") + Text(value))
