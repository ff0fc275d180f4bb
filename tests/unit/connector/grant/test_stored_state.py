"""The content of a state Secret, as the operator writes it and as another client may have written it."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.grant.state import Claim, GrantedConsent, GrantState, read_state, render_state
from oauth_connector.connector.grant.unrepeatable_request import UnrepeatableRequest
from oauth_connector.connector.secret.metadata import GrantSummary, read_grant_summary
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose
from oauth_connector.oauth.lifetimes import LifetimeSource
from tests.support.builders import NOW, a_connector, a_token

WHOLE = GrantState(
    refresh_token=SecretStr("refresh-1"),
    token=a_token(
        a_connector(),
        scope=("read",),
        fields={"api_domain": SecretStr("https://api.example.com")},
        lifetime_source=LifetimeSource.JWT,
    ),
    generation=3,
    binding="v1:binding",
    digest="v1:digest",
    initial_fingerprint="fingerprint",
    token_url="https://accounts.zoho.eu/oauth/v2/token",
    refresh_issued=NOW,
    refresh_expires=NOW + 86400,
    given_up=True,
    refused_at=(NOW, NOW + 60),
    tried="uid-1",
    consent=GrantedConsent("uid-1", "alice@corp", NOW, "alice@example.com"),
    claim=Claim("attempt-1", NOW, Purpose.REFRESH, "pod-a_1"),
    unrepeatable=UnrepeatableRequest("5a" * 16, "fingerprint", Reason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS),
)

ENDLESS, HUGE = float("inf"), 10**30


def write(state: GrantState) -> dict[str, bytes]:
    """Return the data of a state Secret."""
    rendered = render_state(state, a_connector())
    return {key: value.get_secret_value().encode() for key, value in rendered.data.items()}


def change(**members: Any) -> dict[str, bytes]:
    """Return the data of a state Secret in which another client has replaced members."""
    data = write(WHOLE)
    return {**data, "grant.json": json.dumps(json.loads(data["grant.json"]) | members).encode()}


def test_a_state_is_read_as_it_was_written() -> None:
    """Every member survives, with and without content."""
    assert read_state(write(WHOLE)) == WHOLE
    assert read_state(write(GrantState())) == GrantState()


@pytest.mark.parametrize(
    "members",
    [
        {"rejections": [ENDLESS]},
        {"rejections": [HUGE]},
        {"rejections": [-1]},
        {"rejections": ["soon"]},
        {"rejections": [NOW] * 1000},
        {"generation": ENDLESS},
        {"generation": "7" * 5000},
        {"generation": -1},
        {"refreshIssued": HUGE},
        {"refreshExpires": 253402300800},
        {"refreshExpires": True},
        {"refused": "yes"},
        {"tokenURL": ["https://evil.example"]},
        {"binding": None},
        {"token": ["Bearer", ENDLESS, None, "v1:digest", None]},
        {"token": ["Bearer", NOW, HUGE, "v1:digest", None]},
        {"token": ["Bearer", NOW, NOW, "v1:digest", [1]]},
        {"token": ["Bearer", NOW]},
        {"token": {}},
        {"claim": ["attempt-1", ENDLESS, "Refresh"]},
        {"claim": ["attempt-1", NOW, "Steal"]},
        {"claim": 1},
        {"consent": ["uid-1", "alice", HUGE, None]},
        {"consent": ["uid-1", "alice"]},
        {"version": 2},
        {"version": ENDLESS},
    ],
    ids=str,
)
def test_a_member_out_of_bounds_makes_the_state_invalid(members: dict[str, Any]) -> None:
    """No number of JSON, however large, raises anything."""
    assert read_state(change(**members)) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"grant.json": b""},
        {"grant.json": b"null"},
        {"grant.json": b"[" * 100_000},
        {"grant.json": b'{"version":' * 50_000},
        {"grant.json": b"\xff\xfe"},
        {"grant.json": b'{"version": 1}'},
        {**write(WHOLE), "fields.json": b"[1]"},
        {**write(WHOLE), "fields.json": b"[" * 100_000},
        {**write(WHOLE), "refresh_token": b"\xff"},
        {**write(WHOLE), "access_token": b"\xff"},
    ],
    ids=[
        "empty",
        "no text",
        "null",
        "brackets",
        "nested",
        "no UTF-8",
        "no members",
        "a list",
        "deep",
        "bytes",
        "token",
    ],
)
def test_data_that_is_no_state_is_invalid(data: dict[str, bytes]) -> None:
    """What is no JSON, or no object, is no state."""
    assert read_state(data) is None


@pytest.mark.parametrize("member", ["refresh_issued", "refresh_expires", "claimed_at", "consented_at"])
@pytest.mark.parametrize("value", [-1, HUGE, 253402300800])
def test_a_summary_with_no_point_in_time_is_empty(member: str, value: int) -> None:
    """A time in the annotation that no date can show counts as unknown, with all else."""
    assert read_grant_summary(json.dumps({"renewable": True, member: value})) == GrantSummary()
