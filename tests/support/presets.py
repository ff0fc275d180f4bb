"""Example parameters of presets."""

from oauth_connector.providers.preset import Preset


def build_example_parameters(preset: Preset) -> dict[str, str]:
    """Return a value for each parameter."""
    return {name: each.example for name, each in preset.parameters.items()}
