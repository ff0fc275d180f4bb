"""The parameters of presets, and their rules: one condition for each preset, because CEL cannot read the presets."""

from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import cel_literal, drop_nulls
from oauth_connector.providers.preset import Preset
from oauth_connector.providers.registry import PRESETS

PresetParameters = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=253)]], Field(max_length=8), BeforeValidator(drop_nulls)
]


def known_names_cel(has_preset: str, has_parameters: str) -> str:
    """Return the rule that the preset defines the names of all parameters."""

    def names(preset: Preset) -> Iterator[str]:
        known = ", ".join(cel_literal(name) for name in preset.parameters)
        yield f"self.parameters.all(k, k in [{known}])"

    return _for_each(f"!{has_preset} || !{has_parameters}", names)


def allowed_values_cel(has_preset: str, has_parameters: str) -> str:
    """Return the rule that the preset allows the value of each parameter."""

    def forms(preset: Preset) -> Iterator[str]:
        for name, parameter in preset.parameters.items():
            key, pattern = cel_literal(name), cel_literal(f"^({parameter.pattern})$")
            yield f"(!({key} in self.parameters) || self.parameters[{key}].matches({pattern}))"

    return _for_each(f"!{has_preset} || !{has_parameters}", forms)


def required_names_cel(has_preset: str, has_parameters: str) -> str:
    """Return the rule that all required parameters are set, unless an issuer or both endpoints are set."""

    def needs(preset: Preset) -> Iterator[str]:
        for name, parameter in preset.parameters.items():
            if parameter.default is None:
                yield f"({has_parameters} && {cel_literal(name)} in self.parameters)"

    named = "has(self.issuer) || (has(self.tokenURL) && has(self.authorizationURL))"
    return _for_each(f"!{has_preset} || {named}", needs)


def _for_each(unless: str, conditions: Callable[[Preset], Iterator[str]]) -> str:
    rules = [f"(self.preset != '{name}' || ({' && '.join(found)}))" for name, found in _find_presets(conditions)]
    return f"{unless} || ({' && '.join(rules)})" if rules else "true"


def _find_presets(conditions: Callable[[Preset], Iterator[str]]) -> Iterator[tuple[str, list[str]]]:
    for name, preset in PRESETS.items():
        found = list(conditions(preset))
        if found:
            yield name, found
