"""The reference pages of the API, generated from the models: fields, rules, conditions, columns, reasons."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from devtools.generate import reference_text as text
from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.explanations import EXPLANATIONS
from oauth_connector.api.reason_messages import CREDENTIAL_MESSAGES
from oauth_connector.api.reasons import DETAILED_MESSAGES, MESSAGES, Reason
from oauth_connector.api.schema.crd import COLUMNS, CONSENT, Schema, build_root_schema
from oauth_connector.api.schema.fields import VALIDATIONS
from oauth_connector.api.v1alpha1.consent_reasons import CONSENT_MESSAGES, ConsentReason
from oauth_connector.oauth.verdict_tables import SYMPTOMS

_DEFAULT = re.compile(r" Default: (.*)\.$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table: name and schema of a field, and the section of its object, if it is one."""

    name: str
    schema: Schema
    required: bool
    section: str


def connector_page() -> str:
    """Return the reference page of OAuthConnector."""
    root = build_root_schema()["properties"]
    return "\n".join(
        [
            text.INTRODUCTION,
            *_ObjectSections("spec", root["spec"], _OF_SPEC).sections(),
            text.CONDITIONS,
            text.SECRET,
            text.ANNOTATIONS,
            *_ObjectSections("status", root["status"], _OF_STATUS).sections(),
            _column_section(),
            text.FORM,
        ]
    )


def consent_page() -> str:
    """Return the reference page of OAuthConsent."""
    root = build_root_schema(CONSENT)["properties"]
    rows = "\n".join(f"| `{reason.value}` | {_escape_cell(CONSENT_MESSAGES[reason])} |" for reason in ConsentReason)
    return "\n".join(
        [
            text.CONSENT_INTRODUCTION,
            *_ObjectSections("spec", root["spec"], _OF_SPEC).sections(),
            *_ObjectSections("status", root["status"], _OF_STATUS).sections(),
            "## Reasons\n\nReasons of condition `Ready`: Unknown during the authorization, then True or False.\n",
            f"| reason | message |\n|---|---|\n{rows}\n",
        ]
    )


def reasons_page() -> str:
    """Return the page of reasons: one section for each, with the reason in lower case as anchor."""
    return "\n".join([text.REASONS, _reason_index(), *(_reason_section(reason) for reason in sorted(Reason))])


def _reason_index() -> str:
    return " · ".join(f"[{reason.value}](#{reason.value.lower()})" for reason in sorted(Reason)) + "\n"


def list_messages(reason: Reason) -> list[str]:
    """Return the templates of the message of a reason, the most detailed first."""
    detailed = [each[reason] for each in (DETAILED_MESSAGES, *CREDENTIAL_MESSAGES) if reason in each]
    detailed += [
        message for symptom, message in CONNECTION_MESSAGES.items() if SYMPTOMS[symptom].reason.value == reason
    ]
    return [*detailed, MESSAGES[reason]]


def _reason_section(reason: Reason) -> str:
    quoted = "\n>\n".join(f"> {message}" for message in list_messages(reason))
    explanation = EXPLANATIONS[reason]
    return f"## {reason.value}\n\n{quoted}\n\n{explanation.meaning}\n\n**What to do.** {explanation.cure}\n"


class _ObjectSections:
    """Renders one section for each distinct object schema; all references to Secrets share one section."""

    def __init__(self, root: str, schema: Schema, columns: Mapping[str, Callable[[Field], str]]) -> None:
        self._root = root
        self._schema = schema
        self._columns = columns
        self._paths: dict[str, list[str]] = {}
        for path, field in _find_objects(root, schema):
            self._paths.setdefault(_shape_key(field), []).append(path)

    def sections(self) -> Iterator[str]:
        """Return the section of the root, then those of the objects in it."""
        yield from self._section(self._root, self._schema, ())
        for path, field in _find_objects(self._root, self._schema):
            first, *others = self._paths[_shape_key(field)]
            if path == first:
                yield from self._section(path, field, others)

    def _section(self, path: str, field: Schema, others: Sequence[str]) -> Iterator[str]:
        schema = field.get("items", field)
        yield f"## {path}\n\n{_split_description(schema)[0]}\n"
        if others:
            yield f"These fields have the same structure: {', '.join(f'`{other}`' for other in others)}.\n"
        yield f"| {' | '.join(self._columns)} |\n{'|---' * len(self._columns)}|"
        yield from (self._row(name, part, schema) for name, part in schema["properties"].items())
        rules = list(_rule_lines(schema))
        yield "\n" + "\n".join(["Validation rules:\n", *rules, ""]) if rules else ""

    def _row(self, name: str, part: Schema, parent: Schema) -> str:
        section = self._paths[_shape_key(part)][0] if "properties" in part.get("items", part) else ""
        field = Field(name, part, name in parent.get("required", ()), section)
        return f"| {' | '.join(cell(field) for cell in self._columns.values())} |"


def _find_objects(path: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the fields that are objects or lists of objects, at any depth."""
    for name, field in schema.get("items", schema)["properties"].items():
        if "properties" in field.get("items", field):
            yield f"{path}.{name}", field
            yield from _find_objects(f"{path}.{name}", field)


def _shape_key(field: Schema) -> str:
    return repr(field.get("items", field)["properties"])


def _split_description(field: Schema) -> tuple[str, str]:
    """Split a description into the text and the default."""
    description: str = field.get("description", "")
    default = _DEFAULT.search(description)
    return (description[: default.start()], _escape_cell(default.group(1))) if default else (description, "")


def _rule_lines(schema: Schema) -> Iterator[str]:
    """Yield the messages of the rules of an object and of its fields, without duplicates."""
    lines = [_rule_line(rule) for rule in schema.get(VALIDATIONS, ())]
    for name, field in schema["properties"].items():
        for part in (field, field.get("items", {}), field.get("additionalProperties", {})):
            if "properties" not in part:
                lines += [f"- `{name}`: {_escape_cell(rule['message'])}" for rule in part.get(VALIDATIONS, ())]
    yield from dict.fromkeys(lines)


def _rule_line(rule: Schema) -> str:
    place = f"`{rule['fieldPath'].removeprefix('.')}`: " if "fieldPath" in rule else ""
    return f"- {place}{_escape_cell(rule['message'])}"


def _type_name(field: Schema, section: str) -> str:
    if "items" in field:
        return f"list of at most {field['maxItems']} {_type_names(field['items'], section)}"
    if "additionalProperties" in field:
        return f"map of at most {field['maxProperties']} {_type_names(field['additionalProperties'], section)}"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if section:
        return f"[object]({_anchor(section)})"
    if field.get("format") == "date-time":
        return "time"
    return str(field["type"]) + _range(field) + _maximum(field)


def _type_names(field: Schema, section: str) -> str:
    """Return the plural of the type of an entry."""
    return f"[objects]({_anchor(section)})" if section else f"{field['type']}s{_maximum(field)}"


def _anchor(section: str) -> str:
    return f"#{section.replace('.', '').lower()}"


_OF_STATUS: Mapping[str, Callable[[Field], str]] = {
    "field": lambda field: f"`{field.name}`",
    "type": lambda field: _type_name(field.schema, field.section),
    "description": lambda field: _escape_cell(_split_description(field.schema)[0]),
}
_OF_SPEC: Mapping[str, Callable[[Field], str]] = {
    "field": _OF_STATUS["field"],
    "type": _OF_STATUS["type"],
    "default": lambda field: "**required**" if field.required else _split_description(field.schema)[1],
    "description": _OF_STATUS["description"],
}


def _maximum(field: Schema) -> str:
    return f" of at most {field['maxLength']} characters" if "maxLength" in field else ""


def _range(field: Schema) -> str:
    return f" from {field['minimum']} to {field['maximum']}" if {"minimum", "maximum"} <= field.keys() else ""


def _escape_cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def _column_section() -> str:
    rows = "\n".join(
        f"| {name} | `{_escape_cell(path)}` | {'only with `-o wide`' if priority else ''} |"
        for name, _, path, priority in COLUMNS
    )
    return f"## Columns\n\nColumns of `kubectl get oac`:\n\n| column | path | |\n|---|---|---|\n{rows}\n"
