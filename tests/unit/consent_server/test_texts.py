"""What pages say of failures: each something, and what to do."""

import pytest

from oauth_connector.consent_server.failures import FAILURE_TEXTS, About, PageFailure
from oauth_connector.consent_server.names import Name
from oauth_connector.consent_server.pages import ASSETS, Pages, denied, ticked
from oauth_connector.consent_server.refusals import GENERAL, SENTENCES, sentence, shown


@pytest.mark.parametrize("failure", PageFailure)
def test_each_failure_has_a_page_with_a_next_step(failure: PageFailure) -> None:
    """Title, sentence, next step; the connector's own command where it is known."""
    about = About(Name("sales", "zoho"), message="told")
    if failure is PageFailure.DENIED:
        about = denied("access_denied", about)
    page = Pages().failure(failure, about)
    assert page.text is not None
    assert "<h1>" in page.text
    assert "<b>Next:</b> " in page.text
    assert page.status == FAILURE_TEXTS[failure].status
    shows = "kubectl oauth authorize zoho -n sales" in page.text
    assert shows == (FAILURE_TEXTS[failure].command and not FAILURE_TEXTS[failure].retry)


@pytest.mark.parametrize("error", SENTENCES)
def test_each_known_error_has_a_sentence_and_a_step(error: str) -> None:
    """Both end as sentences do."""
    assert all(part.endswith(".") for part in sentence(error))


def test_an_unknown_error_gets_the_general_sentence() -> None:
    """Its code is shown where it is one word; what could be a message of somebody's is not."""
    assert sentence("whatever") == GENERAL
    assert shown("AADSTS50105") == "AADSTS50105"
    assert shown("call 555 now") == ""
    assert shown("<b>") == ""


def test_back_ticks_become_code_after_escaping() -> None:
    """Nothing in a message becomes a tag of its own."""
    assert ticked("`a<b>` & `c`") == "<code>a&lt;b&gt;</code> &amp; <code>c</code>"
    assert ticked("`<script>") == "`&lt;script&gt;"


def test_pages_name_no_foreign_address_and_no_inline_code() -> None:
    """What the policy would refuse is not there to begin with."""
    for path in (*ASSETS.iterdir(), *(ASSETS.parent / "templates").iterdir()):
        text = path.read_text()
        for part in ("http://", "https://", "style=", "onclick", "<style", "innerHTML = "):
            assert part not in text, (path.name, part)
