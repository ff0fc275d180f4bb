"""Building blocks of the models: names, and rules in CEL and Python."""

from typing import Annotated, ClassVar

import pytest
from pydantic import Field, ValidationError

from oauth_connector.api.schema.fields import (
    VALIDATIONS,
    Detail,
    Model,
    Rule,
    cel_literal,
    drop_nulls,
    pattern_rule,
    rule,
    to_camel_case,
)

NAMES = {
    "token_url": "tokenURL",
    "url": "url",
    "redirect_uri": "redirectURI",
    "id": "id",
    "last_handled_refresh": "lastHandledRefresh",
    "uri_of_url": "uriOfURL",
}

LITERALS = {"plain": "'plain'", r"a\d": r"r'a\d'", "it's": '"it\'s"', 'it\'s "\\"': '"it\'s \\"\\\\\\""'}


class Range(Model):
    """A pair of numbers, of which the first is the smaller."""

    first: int = Field(description="The smaller.")
    last: Annotated[int, Rule("self != 13", "must not be 13", lambda last: last != 13)] | None = None

    @rule("!has(self.last) || self.first <= self.last", "must not be larger than last", "first")
    def _is_in_order(self) -> bool:
        return self.last is None or self.first <= self.last

    @rule("self.first != 7", "seven is taken")
    def _is_not_seven(self) -> bool:
        return self.first != 7


def list_errors(**members: object) -> list[tuple[tuple[int | str, ...], str]]:
    """Return location and message of each error of a range."""
    with pytest.raises(ValidationError) as caught:
        Range.model_validate(members)
    return [(detail["loc"], detail["msg"]) for detail in caught.value.errors()]


@pytest.mark.parametrize("name", NAMES)
def test_names_follow_the_spelling_of_the_api(name: str) -> None:
    """Acronyms are upper-case within a word, and lower-case at the beginning."""
    assert to_camel_case(name) == NAMES[name]


@pytest.mark.parametrize("text", LITERALS)
def test_any_string_has_a_cel_literal(text: str) -> None:
    """Patterns stay readable where possible."""
    assert cel_literal(text) == LITERALS[text]


def test_a_rule_in_an_annotation_validates_one_value() -> None:
    """The error is located at the value."""
    assert list_errors(first=1, last=13) == [(("last",), "must not be 13")]


def test_a_rule_of_a_model_validates_several_fields() -> None:
    """Every violated rule is reported, at the field that it names."""
    assert list_errors(first=7, last=1) == [(("first",), "must not be larger than last"), ((), "seven is taken")]


def test_an_error_does_not_contain_the_value() -> None:
    """A value may be a secret in the wrong field."""
    with pytest.raises(ValidationError) as caught:
        Range(first=7, last=123456)
    assert "123456" not in str(caught.value)


def test_rules_are_in_the_schema() -> None:
    """The schema contains each rule at its field, in the form that the API server reads."""
    schema = Range.model_json_schema()
    assert schema[VALIDATIONS] == [
        {
            "rule": "!has(self.last) || self.first <= self.last",
            "message": "must not be larger than last",
            "fieldPath": ".first",
        },
        {"rule": "self.first != 7", "message": "seven is taken"},
    ]
    assert schema["properties"]["last"]["anyOf"][0][VALIDATIONS] == [
        {"rule": "self != 13", "message": "must not be 13"}
    ]


def test_a_pattern_matches_the_whole_string() -> None:
    """A part or a line of a string does not match, in RE2 and in Python."""
    digits = pattern_rule("[0-9]+", "must be digits")
    assert digits.cel == "self.matches('^([0-9]+)$')"
    assert [digits.holds(text) for text in ("12", "12a", "12\n", "a\n12")] == [True, False, False, False]


def test_a_null_field_counts_as_absent() -> None:
    """A null field is removed; an unknown field is still rejected, and a value that is no object is unchanged."""
    assert Range.model_validate({"first": 1, "last": None}).last is None
    assert list_errors(first=1, colour=None)[0][0] == ("colour",)
    assert drop_nulls({"a": None, "b": 1}) == {"b": 1}
    assert drop_nulls(["a"]) == ["a"]


def test_a_model_is_immutable() -> None:
    """A field of a model cannot be assigned."""
    with pytest.raises(ValidationError, match="frozen"):
        Range(first=1).first = 2  # type: ignore[misc]  # the point of the test


class Span(Range):
    """A range with a rule of its own."""

    @rule("self.first != 8", "eight is taken", "first")
    def _is_not_eight(self) -> bool:
        return self.first != 8


def test_a_model_keeps_the_rules_of_its_base() -> None:
    """A model has the rules of the model that it extends, before its own."""
    assert [each.message for each in Span.rules()] == [
        "must not be larger than last",
        "seven is taken",
        "eight is taken",
    ]


class Colour(Model):
    """A colour, with a message that depends on it."""

    name: str = Field(description="The name.")

    _is_known: ClassVar[Rule["Colour"]] = Rule(
        "self.name == 'red'",
        "must be red",
        lambda colour: colour.name == "red",
        "name",
        Detail("'not ' + self.name", lambda colour: f"not {colour.name}"),
    )


def test_a_detail_follows_the_message_in_cel_and_in_python() -> None:
    """Both implementations of a rule build the same text; without CEL's detail the message stands alone."""
    (validation,) = Colour.model_json_schema()[VALIDATIONS]
    assert validation["message"] == "must be red"
    assert validation["messageExpression"] == "'must be red: ' + 'not ' + self.name"
    with pytest.raises(ValidationError) as caught:
        Colour.model_validate({"name": "blue"})
    assert caught.value.errors()[0]["msg"] == "must be red: not blue"


def test_models_with_the_same_fields_share_the_set_of_their_names() -> None:
    """It is the largest part of a small model; a copy with more fields does not change it."""
    one, another = Range(first=1), Range(first=2)
    assert one.model_fields_set is another.model_fields_set
    assert one.model_copy(update={"last": 3}).model_fields_set == {"first", "last"}
    assert another.model_fields_set == {"first"}
