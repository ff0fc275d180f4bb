"""The messages about an invalid manifest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.v1alpha1.parsing import parse_manifest, parse_spec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.builders import a_spec

JARGON = ("pydantic", "validation error", "input", "type=", "[type", "str_type", "StrEnum", "tuple", "dict", "NoneType")
CANARY = "c4n4ry-s3cret"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from([field.alias or "" for field in OAuthConnectorSpec.model_fields.values()])


def problems_of(spec: object) -> tuple[FieldProblem, ...]:
    """Return the problems of an invalid spec."""
    problems = parse_spec(spec) if isinstance(spec, dict) else ()
    assert isinstance(problems, tuple)
    return problems


def test_each_problem_is_reported_with_its_path() -> None:
    """All problems are reported at once, each with its path in the manifest."""
    spec = a_spec(scopes=["a", "b c"], output={"data": [{"field": "AccessToken", "key": "k"}, {"key": "l"}]}, suspend=1)
    assert [problem.path for problem in problems_of(spec)] == [
        "spec.scopes[1]",
        "spec.output.data[1].field",
        "spec.suspend",
    ]


def test_a_rule_over_several_fields_names_one() -> None:
    """A rule about several fields is reported at the field that the message asks to change."""
    spec = a_spec(client={"secretRef": {"name": "robot"}}, provider={})
    assert problems_of(spec) == (
        FieldProblem("spec.provider", "has no token endpoint: set issuer, tokenURL, preset or resource"),
        FieldProblem("spec.client.id", "set exactly one of id and idSecretRef"),
    )


def test_the_python_spelling_of_a_field_is_rejected() -> None:
    """Only the spelling of the API is accepted, as by the API server."""
    assert problems_of(a_spec(header_prefix="X"))[0].path == "spec.header_prefix"


def test_a_null_field_counts_as_absent() -> None:
    """This is also true in maps; an unknown null field is still reported."""
    assert isinstance(parse_spec({**a_spec(), "scopes": None, "tokenParameters": {"tenant": None}}), OAuthConnectorSpec)
    assert problems_of({**a_spec(), "clientID": None})[0].path == "spec.clientID"


def test_the_whole_manifest_is_validated() -> None:
    """Validation includes kind, version and the length of the name."""
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a" * 201}, "spec": a_spec()}
    problems = parse_manifest(manifest)
    assert isinstance(problems, tuple)
    assert [(problem.path, problem.message[:46]) for problem in problems] == [
        ("apiVersion", "must be 'oauthconnector.dev/v1alpha1'"),
        ("kind", "must be 'OAuthConnector'"),
        ("metadata.name", "metadata.name must have at most 200 characters"),
    ]


@pytest.mark.parametrize("place", ["client", "password", "provider", "output", "refresh"])
def test_a_message_never_contains_a_value(place: str) -> None:
    """A secret in the wrong field does not appear in the message about it."""
    for value in (
        CANARY,
        [CANARY],
        {"name": {"x": CANARY}},
        {"id": f"\n{CANARY}"},
        {"tokenURL": f"https://u:{CANARY}@x"},
    ):
        assert CANARY not in str(problems_of(a_spec(**{place: value})))


@given(fields, json_values)
def test_any_invalid_value_has_a_message_of_the_operator(field: str, value: object) -> None:
    """For any value the result is a spec or messages of the operator: no exception, no terms of the library."""
    result = parse_spec({**a_spec(), field: value})
    if isinstance(result, tuple):
        text = " ".join(problem.message for problem in result)
        assert result
        assert not [word for word in JARGON if word in text]
        assert "is not valid" not in text


def test_a_spec_that_is_no_object_is_reported() -> None:
    """The message asks for an object."""
    problems = parse_manifest({"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "spec": []})
    assert isinstance(problems, tuple)
    assert [(problem.path, problem.message) for problem in problems] == [
        ("metadata", "is required: set it"),
        ("spec", "must be an object"),
    ]
