"""The reference page of the presets is generated from the presets."""

import pytest

from devtools.generate.presets_page import PATH, page
from oauth_connector.providers.description import NOT_COMPARED
from oauth_connector.providers.registry import PRESETS


def test_the_page_is_fresh() -> None:
    """A row that is added or changed is so on the page: `make generate` writes it."""
    assert PATH.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_shows_the_parameters_of_a_preset(name: str) -> None:
    """Each preset has a section with its parameters and the provider's pages."""
    section = page().split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]
    assert all(f"| `{parameter}` |" in section for parameter in PRESETS[name].parameters)
    assert all(link in section for link in PRESETS[name].links)


def test_the_page_shows_which_rows_were_compared() -> None:
    """Each section says when a reader compared the row with the provider's pages, or that no maintainer has."""
    sections = {part.split("\n", 1)[0]: part for part in page().split("\n## ")[1:]}
    for name, preset in PRESETS.items():
        comparison = f"compared with the provider's pages on {preset.read}" if preset.read else NOT_COMPARED
        assert f"| comparison | {comparison} |" in sections[name]
