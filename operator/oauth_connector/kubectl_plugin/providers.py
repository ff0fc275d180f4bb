"""`kubectl oauth providers`: what the presets of this release know. It asks no cluster."""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.providers.description import describe_preset
from oauth_connector.providers.preset import Parameter, Preset
from oauth_connector.providers.registry import PRESETS

_NAME, _PARAMETERS = "NAME", "PARAMETERS"


def show_providers(arguments: argparse.Namespace) -> int:
    """Print all presets, or one with all that is known of it. Raises `CommandFailed` for an unknown name."""
    known = PRESETS if arguments.name is None else {arguments.name: _find_preset(arguments.name)}
    if arguments.output == "json":
        print(json.dumps([_to_json(preset) for preset in known.values()], indent=2))
    elif arguments.name is None:
        _print_table(known)
    else:
        _print_preset(known[arguments.name])
    return 0


def _find_preset(name: str) -> Preset:
    if name in PRESETS:
        return PRESETS[name]
    near = [each for each in PRESETS if name.lower() in each.lower() or each.lower() in name.lower()]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Run `kubectl oauth providers` for the list."
    raise CommandFailed(f"There is no preset {name}. {hint}")


def _print_table(presets: Mapping[str, Preset]) -> None:
    width = max(len(name) for name in (*presets, _NAME)) + 2
    print(f"{_NAME:<{width}}{_PARAMETERS}")
    for name, preset in presets.items():
        parameters = (_mark(key, each) for key, each in preset.parameters.items())
        print(f"{name:<{width}}{', '.join(parameters) or '-'}")


def _mark(key: str, parameter: Parameter) -> str:
    """Return a parameter, with its default where it has one."""
    return key if parameter.default is None else f"{key}={parameter.default}"


def _print_preset(preset: Preset) -> None:
    print(f"{preset.name}\n")
    for key, each in preset.parameters.items():
        default = "required" if each.default is None else f"default {each.default}"
        print(f"  parameter {key}: {_strip_marks(each.meaning)}, such as {each.example} ({default})")
    for name, text in describe_preset(preset):
        print(f"  {_strip_marks(name)}: {_strip_marks(text)}")
    _print_list("Notes", preset.notes)
    _print_list("Error codes", (f"{code}: {text}" for code, text in preset.codes.items()))
    _print_list("Documentation of the provider", preset.links)


def _strip_marks(text: str) -> str:
    """Return a text without the backticks of the reference page."""
    return text.replace("`", "")


def _print_list(title: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    if shown:
        print(f"\n{title}:")
        print("\n".join(f"  {_strip_marks(line)}" for line in shown))


def _to_json(preset: Preset) -> dict[str, object]:
    """Return what a script may need; the names are those of `spec.provider` where they mean the same."""
    return {
        "name": preset.name,
        "authorizationURL": preset.authorization_url,
        "tokenURL": preset.token_url,
        "revocationURL": preset.revocation_url,
        "issuer": preset.issuer,
        "parameters": {
            key: {"pattern": each.pattern, "example": each.example, "meaning": each.meaning, "default": each.default}
            for key, each in preset.parameters.items()
        },
        "clientAuthentication": preset.client_authentication,
        "scopeSeparator": preset.scope_separator or " ",
        "offlineScope": preset.offline_scope,
        "authorizationParameters": dict(preset.authorization),
        "pkce": preset.pkce,
        "defaultLifetimeSeconds": preset.default_lifetime,
        "refreshTokens": {_to_camel(name): fact for name, fact in asdict(preset.refresh_tokens).items()},
        "properties": {_strip_marks(name): _strip_marks(text) for name, text in describe_preset(preset)},
        "notes": list(preset.notes),
        "errorCodes": dict(preset.codes),
        "links": list(preset.links),
        "readOn": preset.read,
    }


def _to_camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
