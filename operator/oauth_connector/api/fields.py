"""Building blocks of the models: one base class with rules, the API's spelling, problems in people's words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

_ACRONYMS = {"url": "URL", "uri": "URI"}


def camel(name: str) -> str:
    """Write a Python name as the API does: camelCase, acronyms upper-case in mid-word (`token_url` → `tokenURL`)."""
    first, *rest = name.split("_")
    return first + "".join(_ACRONYMS.get(word, word.capitalize()) for word in rest)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over several fields, told twice: `cel` for the API server, `holds` for everybody else.

    The corpus under `tests/fixtures/manifests` is judged by both, and they must agree.
    """

    cel: str
    message: str
    holds: Callable[[Any], bool]  # a rule belongs to one model, which the type of a tuple of rules cannot say


class Model(BaseModel):
    """A part of a custom resource: immutable, strict about names, spelled as the API spells it."""

    model_config = ConfigDict(alias_generator=camel, populate_by_name=True, extra="forbid", frozen=True)

    RULES: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        broken = [rule.message for rule in self.RULES if not rule.holds(self)]
        if broken:
            raise PydanticCustomError("rule", "{problems}", {"problems": "; ".join(broken)})
        return self


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong, by its path in the manifest, and how to mend it."""

    path: str
    message: str
