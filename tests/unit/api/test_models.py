"""The models beyond the corpus: durations, problems in people's words, patched status, the CRD's shape."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.crd import crd
from oauth_connector.api.durations import in_seconds, is_within
from oauth_connector.api.parsing import parse_spec
from oauth_connector.api.reasons import SENTENCES, Reason, sentence
from oauth_connector.api.status import OAuthConnectorStatus
from tests.support.builders import a_connector, a_password_spec, a_spec


@pytest.mark.parametrize(
    ("text", "seconds"), [("10m", 600), ("1h30m", 5400), ("45s", 45), ("1h0m1s", 3601), ("24h", 86400), (None, None)]
)
def test_a_duration_is_read_as_go_writes_it(text: str | None, seconds: int | None) -> None:
    """Hours, minutes, seconds, in that order."""
    assert in_seconds(text) == seconds


def test_a_duration_lies_within_its_bounds_inclusively() -> None:
    """Both ends are allowed."""
    assert is_within("1s", "1s", "1h")
    assert is_within("60m", "1s", "1h")
    assert not is_within("61m", "1s", "1h")


def problems(spec: dict[str, Any]) -> dict[str, str]:
    """Give what is wrong with a spec, by path."""
    found = parse_spec(spec)
    assert isinstance(found, tuple)
    return {problem.path: problem.message for problem in found}


def test_all_problems_are_told_at_once_by_path() -> None:
    """Each wrong field is named, with its cure, and no word of the library."""
    found = problems({"grantType": "Sorcery", "provider": {"tokenURL": 5}, "client": {"id": "a"}, "colour": "green"})
    assert found.keys() == {"spec.grantType", "spec.provider.tokenURL", "spec.colour"}
    assert found["spec.colour"] == "is not a field here: check its name and its place"
    assert "pydantic" not in str(found)


def test_a_problem_never_repeats_a_value() -> None:
    """What somebody pasted into the wrong field is not shown again."""
    spec = a_spec(client={"id": "a", "secretRef": {"name": "C4N4RY secret"}}, headerPrefix="c4n4ry\n")
    assert "c4n4ry" not in str(parse_spec(spec)).lower()


def test_every_reference_is_listed_with_its_key() -> None:
    """One place knows all Secrets that a connector has sent anywhere."""
    spec = a_connector(a_password_spec(client={"idSecretRef": {"name": "x"}, "secretRef": {"name": "y", "key": "k"}}))
    listed = [(r.name, r.key) for r in spec.valid_spec.secret_references()]
    assert listed == [("x", "client-id"), ("y", "k"), ("ann", "password")]


STATUSES = st.dictionaries(
    st.sampled_from(["conditions", "lastError", "failedAttempts", "issueTime", "observedCredentials", "nonsense"]),
    st.none()
    | st.integers()
    | st.text(max_size=10)
    | st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5))),
)


@given(STATUSES)
def test_a_status_that_somebody_patched_is_read_as_far_as_it_makes_sense(status: dict[str, Any]) -> None:
    """Whatever stands in status, reading it gives a status."""
    assert isinstance(OAuthConnectorStatus.read(status), OAuthConnectorStatus)


def test_sound_fields_survive_nonsense_beside_them() -> None:
    """One broken field does not cost the others."""
    read = OAuthConnectorStatus.read({"failedAttempts": "many", "lastHandledRefresh": "x", "observedGeneration": 3})
    assert (read.failed_attempts, read.last_handled_refresh, read.observed_generation) == (0, "x", 3)


def test_what_is_written_is_read_back() -> None:
    """A status is the same after a round trip through the API server."""
    written = {
        "observedGeneration": 2,
        "issueTime": "2027-01-15T08:00:00Z",
        "observedCredentials": [{"name": "robot", "uid": "u", "resourceVersion": "1"}],
        "grantedScopes": ["a"],
    }
    assert OAuthConnectorStatus.read(written).written() == written


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_that_needs_no_fact(reason: Reason) -> None:
    """A sentence is there for each reason, and a missing fact does not break it."""
    assert sentence(reason, {})
    assert len(SENTENCES[reason]) > 10


def leaves(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every part of a schema with its path."""
    if isinstance(schema, dict):
        yield path, schema
        for name, part in schema.items():
            yield from leaves(part, f"{path}.{name}")


def test_every_text_list_and_map_of_spec_is_bounded() -> None:
    """What has no bound makes CEL's cost estimate infinite and a Secret's worth of text possible."""
    spec = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    for path, part in leaves(spec):
        if part.get("type") == "string":
            assert {"maxLength", "enum"} & part.keys(), path
        if part.get("type") == "array":
            assert "maxItems" in part, path
        if isinstance(part.get("additionalProperties"), dict):
            assert "maxProperties" in part, path


def test_the_schema_writes_no_default_but_the_unseen_status() -> None:
    """A default in a nested object is a difference that a GitOps controller reports for ever."""
    schema = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert [path for path, part in leaves(schema) if "default" in part] == [".properties.status"]
