"""The parameters of presets, and their rules.

CEL cannot read the presets, so the rules contain their names. Each rule is about all presets: the API server evaluates
every rule at every write, also of a status, and with a rule for each preset a creation cost it half as much again.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Detail, Rule, cel_literal, drop_nulls
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.providers.preset import Parameter
from oauth_connector.providers.registry import PRESETS

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.provider import ProviderSpec
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

PresetParameters = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=253)]], Field(max_length=8), BeforeValidator(drop_nulls)
]

_Parameters = Mapping[str, Mapping[str, Parameter]]
"""Parameters by preset and name."""

_ALL: _Parameters = {name: preset.parameters for name, preset in PRESETS.items() if preset.parameters}
_REQUIRED: _Parameters = {
    preset: required
    for preset, parameters in _ALL.items()
    if (required := {name: each for name, each in parameters.items() if each.default is None})
}
"""The parameters without a default."""


def build_name_rule() -> "Rule[ProviderSpec]":
    """Return the rule that the preset defines the names of the parameters."""
    known = _render_list(f"{preset}/{name}" for preset, parameters in _ALL.items() for name in parameters)
    names = {name: ", ".join(preset.parameters) or "none: remove them" for name, preset in PRESETS.items()}
    return Rule(
        f"!has(self.preset) || !has(self.parameters) || self.parameters.all(k, (self.preset + '/' + k) in {known})",
        "must have only names that the preset defines",
        _has_known_names,
        "parameters",
        Detail(
            f"self.preset + ' has ' + {_render_map(names)}[self.preset]",
            lambda provider: f"{provider.preset} has {names[provider.preset or '']}",
        ),
    )


def build_value_rule() -> "Rule[ProviderSpec]":
    """Return the rule that each value has the form that the preset requires."""
    presets: dict[tuple[str, str], list[str]] = {}
    for preset, parameters in _ALL.items():
        for name, parameter in parameters.items():
            presets.setdefault((name, parameter.pattern), []).append(preset)
    forms = [
        f"(!({cel_literal(name)} in self.parameters) || !(self.preset in {_render_list(of)}) ||"
        f" self.parameters[{cel_literal(name)}].matches({cel_literal(f'^({pattern})$')}))"
        for (name, pattern), of in presets.items()
    ]
    described = _describe(_ALL)
    return Rule(
        f"!has(self.preset) || !has(self.parameters) || ({' && '.join(forms)})",
        "must have only values that the preset allows",
        _has_allowed_values,
        "parameters",
        Detail(f"{_render_map(described)}[self.preset]", lambda provider: described[provider.preset or ""]),
    )


def build_presence_rule() -> "Rule[OAuthConnectorSpec]":
    """Return the rule that each parameter without a default is set, unless the endpoints of the grant are."""
    provider = "self.provider"
    presets: dict[str, list[str]] = {}
    for preset, parameters in _REQUIRED.items():
        for name in parameters:
            presets.setdefault(name, []).append(preset)
    present = " && ".join(
        f"({cel_literal(name)} in {provider}.parameters || !({provider}.preset in {_render_list(of)}))"
        for name, of in presets.items()
    )
    described = {preset: f"{text}. {_CURE}" for preset, text in _describe(_REQUIRED).items()}
    return Rule(
        f"!has({provider}.preset) || !({provider}.preset in {_render_list(_REQUIRED)}) || has({provider}.issuer) ||"
        f" (has({provider}.tokenURL) && (has({provider}.authorizationURL) || self.grantType != 'AuthorizationCode')) ||"
        f" (has({provider}.parameters) && {present})",
        "must have all parameters that the preset requires",
        lambda spec: _has_endpoints(spec) or not _list_missing(spec.provider),
        "provider.parameters",
        Detail(f"{_render_map(described)}[{provider}.preset]", lambda spec: described[spec.provider.preset or ""]),
    )


_CURE = "Set it, or set issuer, or set tokenURL (and authorizationURL for grantType AuthorizationCode)"


def _has_known_names(provider: "ProviderSpec") -> bool:
    return provider.preset is None or set(_read_parameters(provider)) <= set(_ALL.get(provider.preset, ()))


def _has_allowed_values(provider: "ProviderSpec") -> bool:
    """Return whether the values match; a pattern is compiled where a spec names the preset, and not at the start."""
    known, given = _ALL.get(provider.preset or "", {}), _read_parameters(provider)
    return all(re.fullmatch(known[name].pattern, value) for name, value in given.items() if name in known)


def _has_endpoints(spec: "OAuthConnectorSpec") -> bool:
    """Return whether the spec names all endpoints of its grant itself."""
    provider = spec.provider
    opens_browser = spec.grant_type is GrantType.AUTHORIZATION_CODE
    named = provider.token_url is not None and (provider.authorization_url is not None or not opens_browser)
    return provider.issuer is not None or named


def _list_missing(provider: "ProviderSpec") -> set[str]:
    return set(_REQUIRED.get(provider.preset or "", ())) - set(_read_parameters(provider))


def _read_parameters(provider: "ProviderSpec") -> Mapping[str, str]:
    return provider.parameters or {}


def _describe(parameters: _Parameters) -> dict[str, str]:
    """Return what the parameters of each preset are, with examples."""
    return {
        preset: "; ".join(
            f"{name} of {preset} is the {each.meaning}, such as {each.example}" for name, each in of.items()
        )
        for preset, of in parameters.items()
    }


def _render_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(cel_literal(text) for text in texts)}]"


def _render_map(texts: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{cel_literal(name)}: {cel_literal(text)}' for name, text in texts.items())}}}"
