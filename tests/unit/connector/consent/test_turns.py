"""Which consents of a connector are reconciled, if there are many."""

from dataclasses import replace

from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.consent.turns import MAX_PENDING, MAX_PER_REQUESTER, select_turns
from tests.support.consenting import a_consent


def consents(requester: str, count: int, since: int) -> list[Consent]:
    """Return consents of one requester, one each second."""
    made = [a_consent(since + number, f"{requester}-{number}") for number in range(count)]
    return [replace(each, spec=each.spec.model_copy(update={"requested_by": requester})) for each in made]


def test_many_consents_of_one_requester_delay_those_of_no_other() -> None:
    """Alice comes after 3000 consents of Mallory, and has the second turn."""
    turns = select_turns([*consents("mallory", 3000, since=0), *consents("alice", 2, since=5000)])
    assert [consent.key.name for consent in turns[:3]] == ["mallory-0", "alice-0", "mallory-1"]
    assert len([consent for consent in turns if consent.spec.requested_by == "mallory"]) == MAX_PER_REQUESTER
    assert len([consent for consent in turns if consent.spec.requested_by == "alice"]) == 2


def test_the_consents_of_many_requesters_are_limited_in_all() -> None:
    """Each consent of a connector costs time of its reconciliation."""
    many = [consent for number in range(2 * MAX_PENDING) for consent in consents(f"user-{number}", 2, since=number)]
    turns = select_turns(many)
    assert len(turns) == MAX_PENDING
    assert len({consent.spec.requested_by for consent in turns}) == MAX_PENDING


def test_the_first_of_each_requester_is_the_oldest() -> None:
    """What is under way is not replaced by a newer one."""
    assert [each.created for each in select_turns(reversed(consents("alice", 9, since=0)))] == [0, 1, 2, 3]
