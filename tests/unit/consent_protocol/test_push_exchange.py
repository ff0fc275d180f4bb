"""Question and answer about a pushed request, in the status of a consent."""

import pytest
from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from oauth_connector.consent_protocol.sealing import seal

KEYS = OperatorKeys(b"m" * 32)
TICKET, STATE = SecretStr("t" * 43), SecretStr("s" * 43)
ANSWER = PushAnswer(STATE, SecretStr("urn:example:1"))


def test_the_operator_opens_a_question_and_the_requester_its_answer() -> None:
    """Neither text contains what it carries, and an answer may be that nothing was pushed."""
    question = PushQuestion(TICKET, STATE)
    asked = question.seal(KEYS.public_key("uid-1"))
    assert KEYS.open_push_question("uid-1", asked) == question
    given = ANSWER.seal(TICKET, "uid-1")
    assert PushAnswer.open(given, TICKET, "uid-1") == ANSWER
    assert not any(text in asked + given + repr(question) + repr(ANSWER) for text in ("urn:example", "ttt", "sss"))
    plain = PushAnswer(STATE, None)
    assert PushAnswer.open(plain.seal(TICKET, "uid-1"), TICKET, "uid-1") == plain


@pytest.mark.parametrize(("uid", "form"), [("uid-2", "question"), ("uid-1", "response"), ("uid-1", "noise")])
def test_the_operator_opens_nothing_else(uid: str, form: str) -> None:
    """Not the question of another consent, no authorization response, and no text of someone else."""
    key = KEYS.public_key("uid-1")
    texts = {
        "question": PushQuestion(TICKET, STATE).seal(key),
        "response": seal(ConsentResponse(SecretStr("code"), TICKET, "K7QF-2M9P"), key),
        "noise": "a.b.c.d.e",
    }
    with pytest.raises(UnsealError):
        KEYS.open_push_question(uid, texts[form])


def test_a_question_is_no_response() -> None:
    """A sealed question that is written as the response of a consent exchanges nothing."""
    with pytest.raises(UnsealError):
        KEYS.unseal("uid-1", PushQuestion(TICKET, STATE).seal(KEYS.public_key("uid-1")))


@pytest.mark.parametrize(
    ("ticket", "uid", "form"),
    [("x" * 43, "uid-1", "own"), ("t" * 43, "uid-2", "own"), ("t" * 43, "uid-1", "a.b.c.d.e"), ("t" * 43, "uid-1", "")],
)
def test_an_answer_is_for_the_holder_of_the_ticket(ticket: str, uid: str, form: str) -> None:
    """Another ticket opens nothing, and neither does that of another consent."""
    text = ANSWER.seal(TICKET, "uid-1") if form == "own" else form
    with pytest.raises(UnsealError):
        PushAnswer.open(text, SecretStr(ticket), uid)
