"""The parameters of presets, and their rules: one for each preset or parameter, because CEL cannot read the presets."""

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_literal, drop_nulls
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.providers.preset import Parameter
from oauth_connector.providers.registry import PRESETS

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.provider import ProviderSpec
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

PresetParameters = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=253)]], Field(max_length=8), BeforeValidator(drop_nulls)
]


def build_name_rules() -> "tuple[Rule[ProviderSpec], ...]":
    """Return a rule for each preset with parameters, which defines their names, and one for all others together.

    The API server evaluates each rule at each write, and most presets have no parameters.
    """
    rules = [_build_name_rule(name, list(preset.parameters)) for name, preset in PRESETS.items() if preset.parameters]
    return (*rules, _build_rule_without_names(tuple(name for name, each in PRESETS.items() if not each.parameters)))


def build_value_rules() -> "tuple[Rule[ProviderSpec], ...]":
    """Return a rule for each parameter of a preset: its value has the form that the preset requires."""
    return tuple(_build_value_rule(preset, name, parameter) for preset, name, parameter in _list_parameters())


def build_presence_rules() -> "tuple[Rule[OAuthConnectorSpec], ...]":
    """Return a rule for each parameter without a default: it is set, unless the endpoints of the grant are."""
    return tuple(
        _build_presence_rule(preset, name, parameter)
        for preset, name, parameter in _list_parameters()
        if parameter.default is None
    )


def _list_parameters() -> Iterator[tuple[str, str, Parameter]]:
    for name, preset in PRESETS.items():
        for key, parameter in preset.parameters.items():
            yield name, key, parameter


def _build_name_rule(preset: str, names: list[str]) -> "Rule[ProviderSpec]":
    known = ", ".join(cel_literal(name) for name in names)
    return Rule(
        f"!has(self.preset) || self.preset != '{preset}' || !has(self.parameters) ||"
        f" self.parameters.all(k, k in [{known}])",
        f"must have only names that the preset defines: {preset} has {', '.join(names)}",
        lambda provider: provider.preset != preset or set(provider.parameters or ()) <= set(names),
        "parameters",
    )


def _build_rule_without_names(presets: tuple[str, ...]) -> "Rule[ProviderSpec]":
    return Rule(
        f"!has(self.preset) || !has(self.parameters) || size(self.parameters) == 0 ||"
        f" !(self.preset in [{', '.join(cel_literal(name) for name in presets)}])",
        "are unknown to this preset, which has none: remove them",
        lambda provider: provider.preset not in presets or not provider.parameters,
        "parameters",
    )


def _build_value_rule(preset: str, name: str, parameter: Parameter) -> "Rule[ProviderSpec]":
    key, pattern = cel_literal(name), cel_literal(f"^({parameter.pattern})$")
    return Rule(
        f"!has(self.preset) || self.preset != '{preset}' || !has(self.parameters) || !({key} in self.parameters) ||"
        f" self.parameters[{key}].matches({pattern})",
        f"must have only values that the preset allows: {_describe_parameter(preset, name, parameter)}",
        partial(_has_allowed_value, preset, name, parameter.pattern),
        "parameters",
    )


def _has_allowed_value(preset: str, name: str, pattern: str, provider: "ProviderSpec") -> bool:
    """Return whether the value matches; the pattern is compiled where a spec names the preset, and not at the start."""
    value = (provider.parameters or {}).get(name)
    return provider.preset != preset or value is None or re.fullmatch(pattern, value) is not None


def _build_presence_rule(preset: str, name: str, parameter: Parameter) -> "Rule[OAuthConnectorSpec]":
    provider, key = "self.provider", cel_literal(name)
    return Rule(
        f"!has({provider}.preset) || {provider}.preset != '{preset}' || has({provider}.issuer) ||"
        f" (has({provider}.tokenURL) && (has({provider}.authorizationURL) || self.grantType != 'AuthorizationCode')) ||"
        f" (has({provider}.parameters) && {key} in {provider}.parameters)",
        f"must have all parameters that the preset requires: {_describe_parameter(preset, name, parameter)}. Set it, or"
        " set issuer, or set tokenURL (and authorizationURL for grantType AuthorizationCode)",
        lambda spec: spec.provider.preset != preset or _has_endpoints(spec) or name in (spec.provider.parameters or {}),
        "provider.parameters",
    )


def _has_endpoints(spec: "OAuthConnectorSpec") -> bool:
    """Return whether the spec names all endpoints of its grant itself."""
    provider = spec.provider
    opens_browser = spec.grant_type is GrantType.AUTHORIZATION_CODE
    named = provider.token_url is not None and (provider.authorization_url is not None or not opens_browser)
    return provider.issuer is not None or named


def _describe_parameter(preset: str, name: str, parameter: Parameter) -> str:
    return f"{name} of {preset} is the {parameter.meaning}, such as {parameter.example}"
