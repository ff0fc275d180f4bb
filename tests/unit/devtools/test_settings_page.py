"""The reference pages of the settings are generated from the settings."""

from devtools.generate.settings_page import consent_page, page


def test_a_page_has_the_settings_of_its_process_only() -> None:
    """Operator and consent server share a prefix, but have different settings."""
    assert "`workers`" in page()
    assert "`workers`" not in consent_page()
    assert "`stopDelaySeconds`" in consent_page()
    assert "`stopDelaySeconds`" not in page()


def test_a_setting_without_a_default_is_required() -> None:
    """The page marks the setting as required."""
    assert "| `publicURL` | `OAUTH_CONNECTOR_PUBLIC_URL` | text | **required** |" in consent_page()
