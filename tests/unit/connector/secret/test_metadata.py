"""What is read from the metadata of a Secret, and what is not believed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.secret.metadata import LONGEST, recorded_keys, secret_metadata
from tests.support.secret_manifests import NOTES, PREFIX, secret_manifest

BARE = {"metadata": {"namespace": "shop", "name": "a", "uid": "u", "resourceVersion": "1"}}
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=12,
)


def without(note: str) -> dict[str, str]:
    """Give our annotations but for one."""
    return {name: value for name, value in NOTES.items() if name != f"{PREFIX}{note}"}


def test_a_secret_of_the_operator_is_read() -> None:
    """Each annotation of the operator has its field; times are seconds since the epoch."""
    secret = secret_metadata(secret_manifest(version=42))
    assert (secret.namespace, secret.name, secret.uid, secret.resource_version) == (
        "shop",
        "crm-token",
        "uid-of-crm-token",
        "42",
    )
    assert (secret.connector, secret.connector_uid) == ("crm", "uid-of-crm")
    assert (secret.token_digest, secret.output_digest) == ("v1:token", "v1:output")
    assert (secret.issued_at, secret.expires_at) == (1_800_000_000, 1_800_003_600)
    assert recorded_keys(secret.fields) == {"AccessToken": "access_token"}
    assert secret.managed
    assert secret.intact
    assert secret.has_owned_data


def test_a_whole_secret_reads_like_its_metadata() -> None:
    """Except `immutable`, which metadata does not contain."""
    whole = {**secret_manifest(), "kind": "Secret", "data": {"access_token": "c2VjcmV0"}, "immutable": True}
    assert secret_metadata(whole).immutable
    assert secret_metadata({**whole, "immutable": False}) == secret_metadata(secret_manifest())


def test_a_secret_of_another_owner_has_no_values() -> None:
    """Without labels and annotations only its name is known."""
    secret = secret_metadata(BARE)
    assert (secret.managed, secret.connector, secret.adopt, secret.intact) == (False, None, None, False)


DRIFTED: dict[str, dict[str, Any]] = {
    "a key is owned by another client": {"keys": ("token_type",)},
    "all keys are": {"keys": ()},
    "the record of keys is gone": {"notes": without("fields")},
    "the record of keys is nonsense": {"notes": {**NOTES, f"{PREFIX}fields": "["}},
    "an annotation is owned by another client": {"notes": {**NOTES, f"{PREFIX}generation": "7"}},
}


@pytest.mark.parametrize("how", DRIFTED.values(), ids=DRIFTED.keys())
def test_a_secret_that_another_client_changed_is_not_intact(how: dict[str, Any]) -> None:
    """The managed fields of the API server show it, without any value."""
    assert not secret_metadata(secret_manifest(**how)).intact


OTHERS = {f"{PREFIX}adopt": "crm", f"{PREFIX}allowed-hosts": "example.com", "example.com/note": "x"}


def test_annotations_that_users_write_are_no_drift() -> None:
    """Its owner sets `adopt` and `allowed-hosts`; other clients have names of their own."""
    secret = secret_metadata(secret_manifest(notes={**NOTES, **OTHERS}))
    assert secret.intact
    assert secret.adopt == "crm"


def test_more_keys_of_the_operator_are_no_drift() -> None:
    """Keys for formats and response fields are the operator's as well."""
    assert secret_metadata(secret_manifest(keys=("access_token", ".env"))).intact


NONSENSE = ("", "soon", "9999999999999-01-01T00:00:00Z", "2027-13-01T00:00:00Z")


@pytest.mark.parametrize("time", NONSENSE)
def test_an_invalid_time_is_absent(time: str) -> None:
    """A Secret without an expiry is read live."""
    secret = secret_metadata(secret_manifest(notes={**NOTES, f"{PREFIX}expires-at": time}))
    assert secret.expires_at is None


def test_a_very_long_annotation_is_absent() -> None:
    """A client that may label Secrets must not fill the operator's memory."""
    notes = {**NOTES, f"{PREFIX}connector": "x" * (LONGEST + 1), f"{PREFIX}fields": "x" * (LONGEST + 1)}
    secret = secret_metadata(secret_manifest(notes=notes))
    assert (secret.connector, secret.fields) == (None, None)


def test_equal_annotations_of_many_secrets_share_memory() -> None:
    """Ten thousand Secrets share one object for the same text."""
    one, other = (secret_metadata(secret_manifest(f"crm-{n}")) for n in ("1", "2"))
    assert one.fields is other.fields
    assert one.namespace is other.namespace


@given(JSON, JSON, JSON)
def test_invalid_metadata_raises_nothing(notes: object, labels: object, managed: object) -> None:
    """Whatever metadata contains, reading it raises nothing."""
    metadata = {**BARE["metadata"], "annotations": notes, "labels": labels, "managedFields": managed}
    assert not secret_metadata({"metadata": metadata}).intact


RECORDS = {None: {}, "": {}, "[]": {}, '"x"': {}, "{": {}, '{"a": 1}': {"a": "1"}, "[" * 100_000: {}}


@pytest.mark.parametrize(("record", "keys"), RECORDS.items(), ids=range(len(RECORDS)))
def test_a_record_of_keys_is_read_as_far_as_it_is_valid(record: str | None, keys: dict[str, str]) -> None:
    """An invalid record, however deep, contains no keys."""
    assert recorded_keys(record) == keys


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"])
def test_a_time_that_cannot_be_written_as_a_date_counts_as_absent(time: str) -> None:
    """Another client edited the annotation; a reconciliation must not fail because of it."""
    assert secret_metadata(secret_manifest(notes={**NOTES, f"{PREFIX}expires-at": time})).expires_at is None
