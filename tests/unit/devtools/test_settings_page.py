"""The reference page of the settings is made from the settings."""

from devtools.settings_page import PATH, page


def test_the_page_is_fresh() -> None:
    """A setting that is added, renamed or described anew is so on the page: `make generate` writes it."""
    assert PATH.read_text(encoding="utf-8") == page()
