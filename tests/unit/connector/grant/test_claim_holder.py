"""Which process wrote a claim, in the state Secret and in its metadata."""

import json
from dataclasses import replace

import pytest

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME, find_holder
from oauth_connector.connector.grant.state import Claim, GrantState, read_state, render_state, summarize
from oauth_connector.connector.secret.metadata import GrantSummary, read_grant_summary
from oauth_connector.oauth.grants.grant import Purpose
from tests.support.builders import NOW, a_connector

CLAIMED = GrantState(claim=Claim("attempt-1", NOW, Purpose.REFRESH, "pod-a_1"))


def write(state: GrantState) -> dict[str, bytes]:
    """Return the data of a state Secret."""
    rendered = render_state(state, a_connector())
    return {key: value.get_secret_value().encode() for key, value in rendered.data.items()}


def test_the_holder_is_read_as_it_was_written() -> None:
    """It stands in the Secret and in the annotation."""
    assert read_state(write(CLAIMED)) == CLAIMED
    summary = read_grant_summary(summarize(CLAIMED).to_annotation())
    assert summary is not None
    assert summary.claimed_by == "pod-a_1"


def test_an_earlier_release_reads_the_claim() -> None:
    """It expects three members; a state that it could not read would be a lost grant after a rollback."""
    assert json.loads(write(CLAIMED)["grant.json"])["claim"] == ["attempt-1", NOW, "Refresh"]


def test_a_claim_of_an_earlier_release_has_no_holder() -> None:
    """Such a claim rests until its time has passed."""
    data = write(CLAIMED)
    members = json.loads(data["grant.json"])
    del members["claimHolder"]
    state = read_state({"grant.json": json.dumps(members).encode()})
    assert state == replace(CLAIMED, claim=Claim("attempt-1", NOW, Purpose.REFRESH))


@pytest.mark.parametrize(
    ("summary", "now", "expected"),
    [
        (None, NOW, ""),
        (GrantSummary(), NOW, ""),
        (GrantSummary(claimed_at=NOW), NOW, ""),
        (GrantSummary(claimed_at=NOW, claimed_by="pod-a_1"), NOW + CLAIM_LIFETIME - 1, "pod-a_1"),
        (GrantSummary(claimed_at=NOW, claimed_by="pod-a_1"), NOW + CLAIM_LIFETIME, ""),
    ],
    ids=["no state", "no claim", "no holder", "a valid claim", "an expired claim"],
)
def test_only_a_valid_claim_has_a_holder_that_matters(summary: GrantSummary | None, now: float, expected: str) -> None:
    """An expired claim blocks no other process."""
    assert find_holder(summary, now) == expected
