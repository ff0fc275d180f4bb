"""Building blocks of the models: rules that are told twice, once to the API server and once to everybody else.

A rule is CEL in the CRD and a function here; `tests/fixtures/manifests` is judged by both, and they must agree. CEL is
kept to its common core, and regular expressions to what RE2 and Python read alike: ASCII classes, no look-around.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

VALIDATIONS = "x-kubernetes-validations"

_ACRONYMS = {"url": "URL", "uri": "URI", "id": "ID", "uid": "UID"}

Value = TypeVar("Value")


def camel(name: str) -> str:
    """Write a Python name as the API does: camelCase, acronyms upper-case in mid-word (`token_url` → `tokenURL`)."""
    first, *rest = name.split("_")
    return first + "".join(_ACRONYMS.get(word, word.capitalize()) for word in rest)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Value]):
    """What must hold of a value: `cel` for the API server, `holds` for everybody else, `message` says how to mend it.

    Within `Annotated` it judges that one value. As an attribute of a model (see `rule`) it judges its fields together,
    and `at` names the field that the message is about.
    """

    cel: str
    message: str
    holds: Callable[[Value], bool]
    at: str = ""

    def as_cel(self) -> dict[str, str]:
        """Give the entry of `x-kubernetes-validations`."""
        place = {"fieldPath": f".{self.at}"} if self.at else {}
        return {"rule": self.cel, "message": self.message, **place}

    def problem(self) -> PydanticCustomError:
        """Give the error that carries the message."""
        return PydanticCustomError("rule", "{message}", {"message": self.message})

    def details(self) -> InitErrorDetails:
        """Give the error in its place, and without the value: it may be a secret in the wrong field."""
        return InitErrorDetails(type=self.problem(), loc=(self.at,) if self.at else (), input=None)

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Judge the value once its type and bounds are right."""
        return core_schema.no_info_after_validator_function(self._judged, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the rule to the value's schema."""
        schema = handler(core)
        return {**schema, VALIDATIONS: [*schema.get(VALIDATIONS, ()), self.as_cel()]}

    def _judged(self, value: Value) -> Value:
        if not self.holds(value):
            raise self.problem()
        return value


Model_ = TypeVar("Model_", bound="Model")


def rule(cel: str, message: str, at: str = "") -> Callable[[Callable[[Model_], bool]], Rule[Model_]]:
    """Make a model's method a rule over its fields."""
    return lambda holds: Rule(cel, message, holds, at)


def written(pattern: str, message: str) -> Rule[str]:
    """Give the rule that a whole text matches a pattern."""
    return Rule(f"self.matches({cel_text(f'^({pattern})$')})", message, matches(pattern))


def matches(pattern: str) -> Callable[[str], bool]:
    """Give what tells whether a whole text matches a pattern."""
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def cel_text(text: str) -> str:
    """Write a text as a CEL literal, raw where it can be."""
    if "'" not in text:
        return f"r'{text}'" if "\\" in text else f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Model(BaseModel):
    """A part of a custom resource: immutable, strict about names, spelled as the API spells it."""

    model_config = ConfigDict(
        alias_generator=camel, populate_by_name=True, extra="forbid", frozen=True, ignored_types=(Rule,)
    )

    @classmethod
    @cache
    def rules(cls) -> tuple[Rule["Model"], ...]:
        """Give the rules over several fields, in the order in which they are written."""
        return tuple(value for value in vars(cls).values() if isinstance(value, Rule))

    @classmethod
    @cache
    def names(cls) -> frozenset[str | None]:
        """Give the names of the fields as the API spells them."""
        return frozenset(field.alias for field in cls.model_fields.values())

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the rules to the model's schema."""
        schema = handler(core)
        rules = [each.as_cel() for each in cls.rules()]
        if rules:
            handler.resolve_ref_schema(schema)[VALIDATIONS] = rules
        return schema

    @model_validator(mode="before")
    @classmethod
    def _read(cls, members: object) -> object:
        """Take a field that is `null` for an absent one, as the API server does; it still refuses unknown ones."""
        return present(members, cls.names().__contains__)

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        broken = [each for each in self.rules() if not each.holds(self)]
        if broken:
            problems = [each.details() for each in broken]
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self


def present(members: object, may_be_null: Callable[[str], bool] = lambda _: True) -> object:
    """Leave out the members of an object that are `null`, where they may be."""
    if not isinstance(members, Mapping):
        return members
    named = {str(name): value for name, value in members.items()}
    return {name: value for name, value in named.items() if value is not None or not may_be_null(name)}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong, by its path in the manifest, and how to mend it."""

    path: str
    message: str
