"""values.yaml as data: each value with its path, comment and default. The generated parts are replaced first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from devtools.generate.chart.places import VALUES
from devtools.generate.chart.settings_values import settings_lines
from devtools.generate.marked_part import begin_mark, replace_marked_part
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.settings.operator import Settings
from oauth_connector.settings.sources import Configuration

OPERATOR_SETTINGS, CONSENT_SETTINGS = "settings", "consent.settings"
"""The paths of the values that are generated from the models of settings."""
PARTS: Mapping[str, tuple[type[Configuration], str]] = {
    begin_mark("the settings of the operator"): (Settings, "  "),
    begin_mark("the settings of the consent server"): (ConsentSettings, "    "),
}


@dataclass(frozen=True, slots=True)
class ChartValue:
    """A value: its name and path, the text of its comment, its default, and the values below it."""

    name: str
    path: str
    description: str
    default: object
    members: tuple["ChartValue", ...]


def values_file() -> str:
    """Return values.yaml with the generated parts up to date."""
    text = VALUES.read_text(encoding="utf-8")
    for begin, (settings, indent) in PARTS.items():
        text = replace_marked_part(text, begin, settings_lines(settings, indent))
    return text


def read_values(text: str) -> tuple[ChartValue, ...]:
    """Return the values of a file. Raises `ValueError` for one that nothing describes."""
    root = yaml.compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("values.yaml contains no values")  # noqa: TRY004  # the text is wrong, not a type of the program
    return tuple(_members(root, text.splitlines(), ""))


def list_leaves(values: tuple[ChartValue, ...]) -> Iterator[ChartValue]:
    """Yield the values that have no values below them, in the order of the file."""
    for each in values:
        yield from list_leaves(each.members) if each.members else (each,)


def _members(node: yaml.Node, lines: list[str], prefix: str) -> Iterator[ChartValue]:
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        text = _comment_above(lines, key.start_mark.line)
        members = tuple(_members(value, lines, f"{path}.")) if _has_members(value, lines) else ()
        if not members and not text:
            raise ValueError(f"values.yaml: {path} has no comment")
        yield ChartValue(key.value, path, text, _construct(value), members)


def _has_members(node: yaml.Node, lines: list[str]) -> bool:
    """Return whether the members of a mapping are values of their own: each of them has a comment."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return False
    first = node.value[0]
    return bool(_comment_above(lines, first[0].start_mark.line) or _has_members(first[1], lines))


def _construct(node: yaml.Node) -> object:
    value: object = yaml.SafeLoader("").construct_object(node, deep=True)
    return value


def _comment_above(lines: list[str], line: int) -> str:
    """Return the comment that ends above a line, without marks of generated parts."""
    found: list[str] = []
    while line and (text := lines[line - 1].strip()).startswith("# ") and not _is_mark(text):
        found.insert(0, text.removeprefix("# "))
        line -= 1
    return " ".join(found)


def _is_mark(text: str) -> bool:
    return "enerated from the " in text or text == "# End of the generated part."
