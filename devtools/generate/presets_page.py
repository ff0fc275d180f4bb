"""docs/reference/presets.md, generated from the presets."""

from collections.abc import Iterator
from pathlib import Path

from oauth_connector.providers.description import describe_preset
from oauth_connector.providers.preset import Parameter, Preset
from oauth_connector.providers.registry import PRESETS

PATH = Path(__file__).parents[2] / "docs" / "reference" / "presets.md"

HEAD = """\
# Presets

`spec.provider.preset` selects a known provider: its endpoints, and its differences from the standards. Fields of the
connector override the properties of the preset.

```yaml
spec:
  provider:
    preset: MicrosoftEntra
    parameters: {tenant: contoso.onmicrosoft.com}
```

A parameter without a default is required, unless the connector sets `issuer`, or both `tokenURL` and
`authorizationURL`. With `issuer`, the endpoints of the preset are not used; its other properties apply.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *(line for preset in PRESETS.values() for line in _section(preset))])


def _section(preset: Preset) -> Iterator[str]:
    yield f"## {preset.name}\n"
    if preset.parameters:
        yield "| parameter | default | example or values | meaning |"
        yield "|---|---|---|---|"
        yield from (_parameter(name, each) for name, each in preset.parameters.items())
        yield ""
    yield "| property | value |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in describe_preset(preset))
    yield ""
    yield from (f"- {note}" for note in preset.notes)
    if preset.codes:
        yield "\n| error code | meaning |"
        yield "|---|---|"
        yield from (f"| `{code}` | {meaning} |" for code, meaning in preset.codes.items())
    yield f"\nDocumentation of the provider: {', '.join(f'<{link}>' for link in preset.links)}\n"


def _parameter(name: str, parameter: Parameter) -> str:
    values = " ".join(f"`{value}`" for value in parameter.hosts) or f"`{parameter.example}`"
    return f"| `{name}` | {_code(parameter.default)} | {values} | {parameter.meaning} |"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""
