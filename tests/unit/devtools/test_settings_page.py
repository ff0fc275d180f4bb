"""The reference pages of the settings are made from the settings; that they are fresh is asked in test_generate."""

from devtools.generate.settings_page import consent_page, page


def test_a_page_holds_the_settings_of_its_process_alone() -> None:
    """Operator and consent service share a prefix, and little else."""
    assert "`workers`" in page()
    assert "`workers`" not in consent_page()
    assert "`stopDelaySeconds`" in consent_page()
    assert "`stopDelaySeconds`" not in page()


def test_a_setting_without_a_default_is_required() -> None:
    """Whoever leaves it out is not left to guess."""
    assert "| `publicURL` | `OAUTH_CONNECTOR_PUBLIC_URL` | text | **required** |" in consent_page()
