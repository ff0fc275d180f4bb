"""The reference pages are complete."""

import re

from devtools.generate import reference_page
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.crd import COLUMNS
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus

PAGE, REASONS = reference_page.connector_page(), reference_page.reasons_page()
LINK = re.compile(r"\]\(#([a-z0-9-]+)\)")


def anchors(page: str) -> set[str]:
    """Return the anchors of the headings."""
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_field_has_a_row() -> None:
    """Each field of spec and status is on the page."""
    fields = [*OAuthConnectorSpec.model_fields.values(), *OAuthConnectorStatus.model_fields.values()]
    assert not [field.alias for field in fields if f"| `{field.alias}` |" not in PAGE]


def test_every_column_is_explained() -> None:
    """Each column of `kubectl get` is on the page."""
    assert not [name for name, *_ in COLUMNS if f"| {name} | `" not in PAGE]


def test_every_link_within_a_page_has_a_target() -> None:
    """A link to a section has that section."""
    for page in (PAGE, REASONS):
        assert set(LINK.findall(page)) <= anchors(page)


def test_every_reason_has_a_section() -> None:
    """The anchor of a reason is its name in lower case, so that a message can link to it."""
    assert {reason.value.lower() for reason in Reason} <= anchors(REASONS)
    assert REASONS.count("**What to do.**") == len(Reason)


def test_a_default_has_a_column_of_its_own() -> None:
    """The value of an absent field is not hidden in its description."""
    assert "| `scopeSeparator` | `Space`, `Comma` | the preset's, else `Space` |" in PAGE
    assert "Default: " not in PAGE
