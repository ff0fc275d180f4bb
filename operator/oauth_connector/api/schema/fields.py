"""Building blocks of the models: rules with two implementations, CEL for the API server and Python for the operator.

`tests/fixtures/manifests` is validated by both, and they must agree. CEL is limited to its common core, and regular
expressions to the syntax that RE2 and Python share: ASCII classes, no look-around.
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


def to_camel_case(name: str) -> str:
    """Convert a Python name to the spelling of the API: camelCase, later acronyms upper-case (`tokenURL`)."""
    first, *rest = name.split("_")
    return first + "".join(_ACRONYMS.get(word, word.capitalize()) for word in rest)


@dataclass(frozen=True, slots=True)
class Detail(Generic[Value]):
    """What follows the message of a rule, after a colon, and depends on the value: CEL and the same in Python.

    It must not contain a value that a user could have confused with a secret.
    """

    cel: str
    describe: Callable[[Value], str]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Value]):
    """A validation rule: `cel` for the API server, `holds` for Python, `message` for the user.

    Within `Annotated` it validates that value. As an attribute of a model (see `rule`) it validates the fields of the
    model together, and `at` names the field that the message is about.
    """

    cel: str
    message: str
    holds: Callable[[Value], bool]
    at: str = ""
    detail: Detail[Value] | None = None

    def as_cel(self) -> dict[str, str]:
        """Return the entry of `x-kubernetes-validations`."""
        text = cel_literal(f"{self.message}: ")
        detail = {"messageExpression": f"{text} + {self.detail.cel}"} if self.detail is not None else {}
        place = {"fieldPath": f".{self.at}"} if self.at else {}
        return {"rule": self.cel, "message": self.message, **detail, **place}

    def problem(self, value: Value) -> PydanticCustomError:
        """Return the error that carries the message."""
        detail = f": {self.detail.describe(value)}" if self.detail is not None else ""
        return PydanticCustomError("rule", "{message}", {"message": f"{self.message}{detail}"})

    def locate_problem(self, value: Value) -> InitErrorDetails:
        """Return the error with its location and without the value, which may be a secret in the wrong field."""
        return InitErrorDetails(type=self.problem(value), loc=(self.at,) if self.at else (), input=None)

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate the value after its type and bounds."""
        return core_schema.no_info_after_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the rule to the schema of the value."""
        schema = handler(core)
        return {**schema, VALIDATIONS: [*schema.get(VALIDATIONS, ()), self.as_cel()]}

    def _validate(self, value: Value) -> Value:
        if not self.holds(value):
            raise self.problem(value)
        return value


Model_ = TypeVar("Model_", bound="Model")


def rule(cel: str, message: str, at: str = "") -> Callable[[Callable[[Model_], bool]], Rule[Model_]]:
    """Return a decorator that turns a method of a model into a rule over its fields."""
    return lambda holds: Rule(cel, message, holds, at)


def pattern_rule(pattern: str, message: str) -> Rule[str]:
    """Return the rule that a complete string matches a pattern."""
    return Rule(f"self.matches({cel_literal(f'^({pattern})$')})", message, full_match(pattern))


def full_match(pattern: str) -> Callable[[str], bool]:
    """Return a predicate: whether a complete string matches a pattern."""
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def cel_literal(text: str) -> str:
    """Return a string as a CEL literal, raw where possible."""
    if "'" not in text:
        return f"r'{text}'" if "\\" in text else f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_FIELDS_SETS: dict[frozenset[str], set[str]] = {}
"""Each combination of fields that a model was created with, once: `Model._share_fields_set`."""


class Model(BaseModel):
    """A part of a custom resource: immutable, no unknown fields, names spelled as in the API."""

    model_config = ConfigDict(
        alias_generator=to_camel_case, populate_by_name=True, extra="forbid", frozen=True, ignored_types=(Rule,)
    )

    @classmethod
    @cache
    def rules(cls) -> tuple[Rule["Model"], ...]:
        """Return the rules over several fields: those of base classes first, each in source order.

        An attribute is one rule or a tuple of them.
        """
        attributes = [value for kind in reversed(cls.__mro__) for value in vars(kind).values()]
        groups = (value if isinstance(value, tuple) else (value,) for value in attributes)
        return tuple(each for group in groups for each in group if isinstance(each, Rule))

    @classmethod
    @cache
    def field_names(cls) -> frozenset[str | None]:
        """Return the names of the fields as the API spells them."""
        return frozenset(field.alias for field in cls.model_fields.values())

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the rules to the schema of the model."""
        schema = handler(core)
        rules = [each.as_cel() for each in cls.rules()]
        if rules:
            handler.resolve_ref_schema(schema)[VALIDATIONS] = rules
        return schema

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, members: object) -> object:
        """Remove fields that are `null`, as the API server does; unknown fields stay and are rejected."""
        return drop_nulls(members, cls.field_names().__contains__)

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        broken = [each for each in self.rules() if not each.holds(self)]
        if broken:
            problems = [each.locate_problem(self) for each in broken]
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self

    @model_validator(mode="after")
    def _share_fields_set(self) -> Self:
        """Share the set of the fields that were given: one for each model is a third of a connector's memory.

        pydantic changes it only in a model that is not frozen, and copies it with the model.
        """
        given = self.__pydantic_fields_set__
        object.__setattr__(self, "__pydantic_fields_set__", _FIELDS_SETS.setdefault(frozenset(given), given))
        return self


def drop_nulls(members: object, may_be_null: Callable[[str], bool] = lambda _: True) -> object:
    """Return an object without its `null` members, except those that must not be null."""
    if not isinstance(members, Mapping):
        return members
    return {str(name): value for name, value in members.items() if value is not None or not may_be_null(str(name))}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """An invalid field: its path in the manifest, and a message that says what to change."""

    path: str
    message: str
