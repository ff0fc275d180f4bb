"""The reference pages of the API, made from the models: fields, rules, conditions, columns, reasons."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from devtools.generate import reference_text as text
from oauth_connector.api.explanations import EXPLANATIONS
from oauth_connector.api.reasons import DETAILED_MESSAGES, MESSAGES, Reason
from oauth_connector.api.schema.crd import COLUMNS, CONSENT, Schema, root_schema
from oauth_connector.api.schema.fields import VALIDATIONS
from oauth_connector.api.v1alpha1.consent_reasons import CONSENT_SENTENCES, ConsentReason

_DEFAULT = re.compile(r" Default: (.*)\.$", re.DOTALL)
_WORDS = {"integer": "integer", "string": "string", "boolean": "boolean", "object": "object"}


@dataclass(frozen=True, slots=True)
class Field:
    """A row: the field's name and schema, and where its own section is if it is an object."""

    name: str
    schema: Schema
    required: bool
    section: str


def page() -> str:
    """Give the reference page of the resource."""
    root = root_schema()["properties"]
    return "\n".join(
        [
            text.INTRODUCTION,
            *_Objects("spec", root["spec"], _OF_SPEC).sections(),
            text.CONDITIONS,
            text.SECRET,
            text.ANNOTATIONS,
            *_Objects("status", root["status"], _OF_STATUS).sections(),
            _columns(),
            text.FORM,
        ]
    )


def consent_page() -> str:
    """Give the reference page of consents."""
    root = root_schema(CONSENT)["properties"]
    rows = "\n".join(f"| `{reason.value}` | {_cell(CONSENT_SENTENCES[reason])} |" for reason in ConsentReason)
    return "\n".join(
        [
            text.CONSENT_INTRODUCTION,
            *_Objects("spec", root["spec"], _OF_SPEC).sections(),
            *_Objects("status", root["status"], _OF_STATUS).sections(),
            "## Reasons\n\nOf the condition `Ready`: Unknown while a person is at it, then True or False for good.\n",
            f"| reason | what it says |\n|---|---|\n{rows}\n",
        ]
    )


def reasons() -> str:
    """Give the page of reasons, one section each; the anchor is the reason in lower case."""
    return "\n".join([text.REASONS, _index(), *(_reason(reason) for reason in sorted(Reason))])


def _index() -> str:
    return " · ".join(f"[{reason.value}](#{reason.value.lower()})" for reason in sorted(Reason)) + "\n"


def _reason(reason: Reason) -> str:
    sentences = [DETAILED_MESSAGES[reason]] if reason in DETAILED_MESSAGES else []
    quoted = "\n>\n".join(f"> {sentence}" for sentence in [*sentences, MESSAGES[reason]])
    said = EXPLANATIONS[reason]
    return f"## {reason.value}\n\n{quoted}\n\n{said.meaning}\n\n**What to do.** {said.cure}\n"


class _Objects:
    """Writes one section for each shape of object; references to Secrets, all alike, share one."""

    def __init__(self, root: str, schema: Schema, columns: Mapping[str, Callable[[Field], str]]) -> None:
        self._root = root
        self._schema = schema
        self._columns = columns
        self._paths: dict[str, list[str]] = {}
        for path, field in _objects(root, schema):
            self._paths.setdefault(_shape(field), []).append(path)

    def sections(self) -> Iterator[str]:
        """Give the section of the root, and those of the objects within it."""
        yield from self._section(self._root, self._schema, ())
        for path, field in _objects(self._root, self._schema):
            first, *others = self._paths[_shape(field)]
            if path == first:
                yield from self._section(path, field, others)

    def _section(self, path: str, field: Schema, alike: Sequence[str]) -> Iterator[str]:
        schema = field.get("items", field)
        yield f"## {path}\n\n{_described(schema)[0]}\n"
        if alike:
            yield f"Of the same shape: {', '.join(f'`{other}`' for other in alike)}.\n"
        yield f"| {' | '.join(self._columns)} |\n{'|---' * len(self._columns)}|"
        yield from (self._row(name, part, schema) for name, part in schema["properties"].items())
        rules = list(_rules(schema))
        yield "\n" + "\n".join(["In the words of the API server:\n", *rules, ""]) if rules else ""

    def _row(self, name: str, part: Schema, parent: Schema) -> str:
        section = self._paths[_shape(part)][0] if "properties" in part.get("items", part) else ""
        field = Field(name, part, name in parent.get("required", ()), section)
        return f"| {' | '.join(cell(field) for cell in self._columns.values())} |"


def _objects(path: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Find the fields that are objects or lists of them, at any depth."""
    for name, field in schema.get("items", schema)["properties"].items():
        if "properties" in field.get("items", field):
            yield f"{path}.{name}", field
            yield from _objects(f"{path}.{name}", field)


def _shape(field: Schema) -> str:
    return repr(field.get("items", field)["properties"])


def _described(field: Schema) -> tuple[str, str]:
    """Split a description into what it says of the field and of its absence."""
    description: str = field.get("description", "")
    absent = _DEFAULT.search(description)
    return (description[: absent.start()], _cell(absent.group(1))) if absent else (description, "")


def _rules(schema: Schema) -> Iterator[str]:
    """Tell the rules of an object and of its fields, once each, as the API server words them."""
    told = [_rule(rule) for rule in schema.get(VALIDATIONS, ())]
    for name, field in schema["properties"].items():
        for part in (field, field.get("items", {}), field.get("additionalProperties", {})):
            if "properties" not in part:
                told += [f"- `{name}`: {_cell(rule['message'])}" for rule in part.get(VALIDATIONS, ())]
    yield from dict.fromkeys(told)


def _rule(rule: Schema) -> str:
    place = f"`{rule['fieldPath'].removeprefix('.')}`: " if "fieldPath" in rule else ""
    return f"- {place}{_cell(rule['message'])}"


def _kind(field: Schema, section: str) -> str:
    if "items" in field:
        return f"list of {_kind(field['items'], section)}{_at_most(field, 'Items')}"
    if "additionalProperties" in field:
        return f"map of {_kind(field['additionalProperties'], section)}{_at_most(field, 'Properties')}"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if section:
        return f"[object](#{section.replace('.', '').lower()})"
    if field.get("format") == "date-time":
        return "time"
    return _WORDS[field["type"]] + _range(field) + _at_most(field, "Length")


_OF_STATUS: Mapping[str, Callable[[Field], str]] = {
    "field": lambda field: f"`{field.name}`",
    "type": lambda field: _kind(field.schema, field.section),
    "description": lambda field: _cell(_described(field.schema)[0]),
}
_OF_SPEC: Mapping[str, Callable[[Field], str]] = {
    "field": _OF_STATUS["field"],
    "type": _OF_STATUS["type"],
    "default": lambda field: "**required**" if field.required else _described(field.schema)[1],
    "description": _OF_STATUS["description"],
}

_UNITS = {"Items": "entries", "Properties": "entries", "Length": "characters"}


def _at_most(field: Schema, of: str) -> str:
    return f", at most {field[f'max{of}']} {_UNITS[of]}" if f"max{of}" in field else ""


def _range(field: Schema) -> str:
    return f", {field['minimum']} to {field['maximum']}" if {"minimum", "maximum"} <= field.keys() else ""


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def _columns() -> str:
    rows = "\n".join(
        f"| {name} | `{_cell(path)}` | {'with `-o wide`' if priority else ''} |" for name, _, path, priority in COLUMNS
    )
    return f"## Columns\n\nOf `kubectl get oac`:\n\n| column | from | |\n|---|---|---|\n{rows}\n"
