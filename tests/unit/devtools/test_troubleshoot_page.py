"""The page of troubleshooting has a row for each reason."""

import pytest

from devtools.generate.troubleshoot_page import PATH, ROW, MissingReasonError, page, replace_sentences


def test_the_page_has_every_reason() -> None:
    """The page is as it would be generated."""
    assert page() == PATH.read_text(encoding="utf-8")


def test_a_reason_without_a_row_is_an_error() -> None:
    """The error names the reason and the page."""
    lines = PATH.read_text(encoding="utf-8").split("\n")
    without = [line for line in lines if (row := ROW.fullmatch(line)) is None or row[1] != "EndpointNotFound"]
    with pytest.raises(MissingReasonError, match=r"troubleshoot\.md has no row for EndpointNotFound\."):
        replace_sentences("\n".join(without))
