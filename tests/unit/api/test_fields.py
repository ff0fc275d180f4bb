"""Building blocks of the models: names, and rules that are told twice."""

from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from oauth_connector.api.schema.fields import VALIDATIONS, Model, Rule, camel, cel_text, present, rule, written

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


def complaints(**members: object) -> list[tuple[tuple[int | str, ...], str]]:
    """Give where and how a range is wrong."""
    with pytest.raises(ValidationError) as caught:
        Range.model_validate(members)
    return [(detail["loc"], detail["msg"]) for detail in caught.value.errors()]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_spelled_as_the_api_spells_them(name: str) -> None:
    """Acronyms are upper-case in mid-word, and lower-case at the beginning."""
    assert camel(name) == NAMES[name]


@pytest.mark.parametrize("text", LITERALS)
def test_any_text_can_be_a_cel_literal(text: str) -> None:
    """Patterns stay readable where they can."""
    assert cel_text(text) == LITERALS[text]


def test_a_rule_holds_of_a_value() -> None:
    """A rule in an annotation judges that value alone."""
    assert complaints(first=1, last=13) == [(("last",), "must not be 13")]


def test_rules_hold_of_fields_together() -> None:
    """Every rule of a model that is broken is told, at the field that it names."""
    assert complaints(first=7, last=1) == [(("first",), "must not be larger than last"), ((), "seven is taken")]


def test_a_broken_rule_does_not_repeat_what_it_judged() -> None:
    """The model's content stays out of the exception: there may be a secret in the wrong field."""
    with pytest.raises(ValidationError) as caught:
        Range(first=7, last=123456)
    assert "123456" not in str(caught.value)


def test_rules_are_in_the_schema() -> None:
    """The schema holds each rule where it belongs, as the API server reads it."""
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


def test_a_pattern_is_about_the_whole_text() -> None:
    """Neither a part nor a line of a text is enough, to RE2 and to Python alike."""
    digits = written("[0-9]+", "must be digits")
    assert digits.cel == "self.matches('^([0-9]+)$')"
    assert [digits.holds(text) for text in ("12", "12a", "12\n", "a\n12")] == [True, False, False, False]


def test_what_is_null_is_absent() -> None:
    """A field that is null is left out; an unknown one is still unknown, and what is no object is left as it is."""
    assert Range.model_validate({"first": 1, "last": None}).last is None
    assert complaints(first=1, colour=None)[0][0] == ("colour",)
    assert present({"a": None, "b": 1}) == {"b": 1}
    assert present(["a"]) == ["a"]


def test_a_model_cannot_be_changed() -> None:
    """What was read stays as it was."""
    with pytest.raises(ValidationError, match="frozen"):
        Range(first=1).first = 2  # type: ignore[misc]  # the point of the test
