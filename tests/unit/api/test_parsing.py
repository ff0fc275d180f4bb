"""What a person reads about a manifest that is wrong."""

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
    """Give what is wrong with a spec that is not one."""
    problems = parse_spec(spec) if isinstance(spec, dict) else ()
    assert isinstance(problems, tuple)
    return problems


def test_each_mistake_is_told_in_its_place() -> None:
    """All that is wrong is told at once, each by the path that it has in the manifest."""
    spec = a_spec(scopes=["a", "b c"], output={"data": [{"field": "AccessToken", "key": "k"}, {"key": "l"}]}, suspend=1)
    assert [problem.path for problem in problems_of(spec)] == [
        "spec.scopes[1]",
        "spec.output.data[1].field",
        "spec.suspend",
    ]


def test_a_rule_over_several_fields_names_one() -> None:
    """A rule about several fields is told at the field that it asks to mend."""
    spec = a_spec(client={"secretRef": {"name": "robot"}}, provider={})
    assert problems_of(spec) == (
        FieldProblem("spec.provider", "has no token endpoint: set issuer, tokenURL or preset"),
        FieldProblem("spec.client.id", "set exactly one of id and idSecretRef"),
    )


def test_a_field_in_python_s_spelling_is_unknown() -> None:
    """Only the API's own spelling of a field counts, as the API server would have it."""
    assert problems_of(a_spec(header_prefix="X"))[0].path == "spec.header_prefix"


def test_null_is_absent() -> None:
    """A field that is null is one that is not there, in maps too; an unknown one is told all the same."""
    assert isinstance(parse_spec({**a_spec(), "scopes": None, "tokenParameters": {"tenant": None}}), OAuthConnectorSpec)
    assert problems_of({**a_spec(), "clientID": None})[0].path == "spec.clientID"


def test_a_manifest_is_judged_beyond_its_spec() -> None:
    """Kind, version and the length of the name belong to what is judged."""
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a" * 201}, "spec": a_spec()}
    problems = parse_manifest(manifest)
    assert isinstance(problems, tuple)
    assert [(problem.path, problem.message[:46]) for problem in problems] == [
        ("apiVersion", "must be 'oauthconnector.dev/v1alpha1'"),
        ("kind", "must be 'OAuthConnector'"),
        ("metadata.name", "metadata.name must have at most 200 characters"),
    ]


@pytest.mark.parametrize("place", ["client", "password", "provider", "output", "refresh"])
def test_a_value_is_never_repeated(place: str) -> None:
    """A secret that somebody put into the wrong field is not in what is said about it."""
    for value in (
        CANARY,
        [CANARY],
        {"name": {"x": CANARY}},
        {"id": f"\n{CANARY}"},
        {"tokenURL": f"https://u:{CANARY}@x"},
    ):
        assert CANARY not in str(problems_of(a_spec(**{place: value})))


@given(fields, json_values)
def test_any_nonsense_is_told_in_plain_words(field: str, value: object) -> None:
    """Whatever stands in a field, the answer is a spec or our own sentences, no exception and no library's words."""
    result = parse_spec({**a_spec(), field: value})
    if isinstance(result, tuple):
        told = " ".join(problem.message for problem in result)
        assert result
        assert not [word for word in JARGON if word in told]
        assert "is not valid" not in told


def test_nonsense_instead_of_a_spec_is_told() -> None:
    """What is no object at all is told as such."""
    problems = parse_manifest({"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "spec": []})
    assert isinstance(problems, tuple)
    assert [(problem.path, problem.message) for problem in problems] == [
        ("metadata", "is required: set it"),
        ("spec", "must be an object"),
    ]
