"""Every preset by its name: each module of this package defines one, and none is listed by hand."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from oauth_connector import providers
from oauth_connector.providers.preset import Preset

NOT_PRESETS = frozenset({"description", "differences", "patterns", "preset", "registry"})
"""Modules of the package that hold no preset."""


def discover_presets(modules: Mapping[str, object]) -> dict[str, Preset]:
    """Return the presets of modules by the preset's name, in alphabetical order.

    Raises `TypeError` for a module without a `PRESET`, and `ValueError` for a name that two presets have.
    """
    presets: dict[str, Preset] = {}
    for module_name, module in sorted(modules.items()):
        preset = getattr(module, "PRESET", None)
        if not isinstance(preset, Preset):
            raise TypeError(f"providers/{module_name}.py defines no PRESET")
        if preset.name in presets:
            raise ValueError(f"providers/{module_name}.py: another preset has the name {preset.name}")
        presets[preset.name] = preset
    return dict(sorted(presets.items(), key=lambda item: item[0].lower()))


def _import_presets() -> dict[str, object]:
    names = {module.name for module in pkgutil.iter_modules(providers.__path__)} - NOT_PRESETS
    return {name: import_module(f"{providers.__name__}.{name}") for name in names}


PRESETS: Mapping[str, Preset] = discover_presets(_import_presets())


def _check_preset_name(value: object) -> str:
    if isinstance(value, str) and value in PRESETS:
        return value
    *others, last = (f"'{name}'" for name in PRESETS)
    raise PydanticKnownError("enum", {"expected": f"{', '.join(others)} or {last}"})


PresetName = Annotated[
    str, PlainValidator(_check_preset_name), WithJsonSchema({"type": "string", "enum": list(PRESETS)})
]
"""The name of a preset, in models: any other value is an error that lists the names."""
