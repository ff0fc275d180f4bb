"""The texts of failures: each says what is wrong, and what to do."""

import pytest

from oauth_connector.consent_protocol.authorization_errors import (
    AUTHORIZATION_ERRORS,
    UNKNOWN_ERROR,
    authorization_error,
    displayable_code,
)
from oauth_connector.consent_server.failures import FAILURE_TEXTS, FailureDetails, PageFailure
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.pages import ASSETS, PageRenderer, describe_denial, format_code


@pytest.mark.parametrize("failure", PageFailure)
def test_each_failure_has_a_page_with_a_next_step(failure: PageFailure) -> None:
    """Title, sentence, next step; the connector's own command where it is known."""
    about = FailureDetails(ObjectKey("sales", "zoho"), message="told")
    if failure is PageFailure.DENIED:
        about = describe_denial("access_denied", about)
    page = PageRenderer().render_failure(failure, about)
    assert page.text is not None
    assert "<h1>" in page.text
    assert "<b>Next:</b> " in page.text
    assert page.status == FAILURE_TEXTS[failure].status
    shows = "kubectl oauth authorize zoho -n sales" in page.text
    assert shows == (FAILURE_TEXTS[failure].command and not FAILURE_TEXTS[failure].retry)


@pytest.mark.parametrize("error", AUTHORIZATION_ERRORS)
def test_each_known_error_has_a_meaning_and_a_remedy(error: str) -> None:
    """Both end as sentences do."""
    assert all(
        part.endswith(".")
        for part in (authorization_error(error).meaning, authorization_error(error).remedy_with("Retry"))
    )


def test_an_unknown_error_gets_the_general_text() -> None:
    """Its code is shown only if it is one word, so that it cannot carry a message."""
    assert authorization_error("whatever") is UNKNOWN_ERROR
    assert displayable_code("AADSTS50105") == "AADSTS50105"
    assert displayable_code("call 555 now") == ""
    assert displayable_code("<b>") == ""


def test_back_ticks_become_code_after_escaping() -> None:
    """Nothing in a message becomes a tag of its own."""
    assert format_code("`a<b>` & `c`") == "<code>a&lt;b&gt;</code> &amp; <code>c</code>"
    assert format_code("`<script>") == "`&lt;script&gt;"


def test_pages_contain_no_other_origin_and_no_inline_code() -> None:
    """The pages contain nothing that their content security policy would block."""
    for path in (*ASSETS.iterdir(), *(ASSETS.parent / "templates").iterdir()):
        text = path.read_text()
        for part in ("http://", "https://", "style=", "onclick", "<style", "innerHTML = "):
            assert part not in text, (path.name, part)
