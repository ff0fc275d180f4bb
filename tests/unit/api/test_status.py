"""Status as it is written, and as it is read after another client has changed it."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.status import (
    Condition,
    LastError,
    OAuthConnectorStatus,
    ObservedCredential,
    SecretReference,
)
from oauth_connector.oauth.errors import Remedy

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "TokenIssued",
    "message": "fine",
    "observedGeneration": 3,
    "lastTransitionTime": "2026-11-24T12:00:00Z",
}

FULL = OAuthConnectorStatus(
    observed_generation=3,
    conditions=(Condition.model_validate(READY),),
    secret_ref=SecretReference(name="crm-token"),
    granted_scopes=("a", "b"),
    token_type="Bearer",
    issue_time=AT,
    expiration_time=AT,
    last_refresh_time=AT,
    next_refresh_time=AT,
    failed_attempts=2,
    last_failure_time=AT,
    last_error=LastError(reason=Reason.PROVIDER_ERROR, remedy=Remedy.RETRY, http_status=500),
    observed_credentials=(ObservedCredential(name="robot", uid="u", resource_version="1"),),
    last_handled_refresh="now-1",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([field.alias or "" for field in OAuthConnectorStatus.model_fields.values()])


def test_a_status_is_read_as_it_was_written() -> None:
    """No field is lost between two reconciliations."""
    assert OAuthConnectorStatus.read(json.loads(json.dumps(FULL.to_manifest()))) == FULL


def test_times_are_whole_seconds_in_utc() -> None:
    """Times are RFC 3339 in UTC, without fractions, for any original zone."""
    moved = AT.replace(microsecond=999999).astimezone(timezone(timedelta(hours=5)))
    assert OAuthConnectorStatus(issue_time=moved).to_manifest()["issueTime"] == "2026-11-24T12:00:00Z"
    copied = FULL.model_copy(update={"issue_time": moved})
    assert copied.to_manifest()["issueTime"] == "2026-11-24T12:00:00Z"


def test_an_unknown_value_is_absent() -> None:
    """An empty status contains only the generation of an object that was not reconciled yet."""
    assert OAuthConnectorStatus().to_manifest() == {"observedGeneration": -1}


@pytest.mark.parametrize(
    ("field", "invalid"),
    [
        ("expirationTime", "tomorrow"),
        ("expirationTime", "0001-01-01T00:00:00+14:00"),
        ("failedAttempts", -1),
        ("lastError", {"reason": "Mercury", "remedy": "Retry"}),
        ("secretRef", "crm-token"),
        ("conditions", {}),
        ("observedCredentials", "all"),
        ("grantedScopes", ["x" * 513] * 65),
        ("colour", "blue"),
    ],
)
def test_an_invalid_field_is_dropped_alone(field: str, invalid: object) -> None:
    """An invalid value from another client removes that field and no other."""
    sound = FULL.to_manifest()
    read = OAuthConnectorStatus.read({**sound, field: invalid}).to_manifest()
    assert read == {name: value for name, value in sound.items() if name != field}


def test_an_invalid_condition_is_dropped_alone() -> None:
    """An unknown condition of another client does not change the transition time of the operator's conditions."""
    unknown = {**READY, "type": "Blessed", "reason": "Mercury"}
    status = OAuthConnectorStatus.read({"conditions": [unknown, READY, "x"]})
    assert [condition.type for condition in status.conditions] == ["Ready"]


@given(st.dictionaries(names | st.text(max_size=5), json_values, max_size=6))
def test_any_status_can_be_read_and_written(status: dict[str, object]) -> None:
    """Any content is read without an exception, and the valid rest can be written."""
    json.dumps(OAuthConnectorStatus.read(status).to_manifest())


@given(json_values)
def test_a_status_that_is_no_object_counts_as_empty(status: object) -> None:
    """The result equals a new status."""
    assert isinstance(status, dict) or OAuthConnectorStatus.read(status) == OAuthConnectorStatus()


def test_a_time_without_a_zone_is_in_utc() -> None:
    """A time without a zone means the same on every machine."""
    assert OAuthConnectorStatus.read({"issueTime": "2026-11-24T12:00:00"}).issue_time == AT


def test_a_value_that_is_too_long_is_cut() -> None:
    """Status can be written even if a provider returns very many scopes."""
    long = FULL.model_copy(
        update={"granted_scopes": ("x" * 600,) * 99, "token_type": "B" * 99, "last_handled_refresh": "n" * 9999}
    )
    assert OAuthConnectorStatus.read(long.to_manifest()).to_manifest() == long.to_manifest()
