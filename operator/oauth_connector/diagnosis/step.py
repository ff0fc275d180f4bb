"""A step of a diagnosis, and how it is printed."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from oauth_connector.api.reason_messages import format_reason_message
from oauth_connector.connector.observation import AnyConnector
from oauth_connector.connector.status.message_facts import message_facts
from oauth_connector.connector.status.problem import Problem
from oauth_connector.telemetry.terminal_text import Style, strip_control_characters, style_text


@dataclass(frozen=True, slots=True)
class DiagnosisStep:
    """The result of one step: its name, the result or the remedy, and further facts by name.

    `passed` is `None` where the step could not be taken, was not asked for, or judges nothing. `problem` is that of a
    failed step.
    """

    name: str
    passed: bool | None
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    def to_json(self) -> dict[str, object]:
        """Return the step for programs; `ok` is null where it was not taken."""
        named = {"reason": self.problem.reason.value} if self.problem is not None else {}
        return {"step": self.name, "ok": self.passed, "text": self.text, **named, "facts": dict(self.facts)}


def describe_problem(name: str, problem: Problem, connector: AnyConnector) -> DiagnosisStep:
    """Return the failed step of a problem, with the sentence that the condition of the connector has."""
    message = format_reason_message(problem.reason, message_facts(connector) | dict(problem.facts))
    return DiagnosisStep(name, passed=False, text=f"{problem.reason.value}: {message}", problem=problem)


_MARKS = {True: ("✓", Style.GREEN), False: ("✗", Style.RED), None: ("–", Style.YELLOW)}


def format_step(step: DiagnosisStep) -> str:
    """Return the lines of a step for standard output: a mark, its name, its text, and its facts below.

    Texts and facts may come from the cluster or from a server, so control characters are replaced by dots.
    """
    mark, style = _MARKS[step.passed]
    head = f"{style_text(mark, style, sys.stdout)} {style_text(f'{step.name:<11}', Style.BOLD, sys.stdout)}"
    facts = [_format_fact(name, value) for name, value in step.facts.items()]
    return "\n".join((head + strip_control_characters(step.text), *facts))


def _format_fact(name: str, value: str) -> str:
    shown = style_text(f"    {strip_control_characters(name)}: ", Style.DIM, sys.stdout)
    return shown + strip_control_characters(value)
