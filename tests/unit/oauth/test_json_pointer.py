"""JSON Pointers, by the examples of RFC 6901."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.oauth.json_pointer import PATTERN, find_holder, find_value

DOCUMENT = json.loads('{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "k\\"l": 6, " ": 7, "m~n": 8}')
EXAMPLES = {
    "/foo": ["bar", "baz"],
    "/foo/0": "bar",
    "/": 0,
    "/a~1b": 1,
    "/c%d": 2,
    "/e^f": 3,
    '/k"l': 6,
    "/ ": 7,
    "/m~0n": 8,
}
NOTHING = ("/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/0/x", "/foo/99999999999999999999", "/m~01n")


@pytest.mark.parametrize(("pointer", "value"), EXAMPLES.items())
def test_a_pointer_names_a_value(pointer: str, value: object) -> None:
    """The examples of RFC 6901 §5 give the values that it lists."""
    assert find_value(DOCUMENT, pointer) == value
    assert re.fullmatch(PATTERN, pointer)


@pytest.mark.parametrize("pointer", NOTHING)
def test_a_pointer_to_nothing_gives_nothing(pointer: str) -> None:
    """An absent member, an index beyond the end, or with a leading zero (RFC 6901 §4) names no value."""
    assert find_value(DOCUMENT, pointer) is None


@pytest.mark.parametrize("text", ["", "foo", "foo/0", "/~", "/~2", "#/foo"])
def test_another_text_is_no_pointer(text: str) -> None:
    """The pattern of the API refuses what RFC 6901 §3 does not allow, and the whole document."""
    assert re.fullmatch(PATTERN, text) is None


def test_the_holder_is_what_contains_the_value() -> None:
    """The holder of a member is its object; that of the top level is the document."""
    assert find_holder({"a": {"b": 1}}, "/a/b") == {"b": 1}
    assert find_holder({"a": 1}, "/a") == {"a": 1}


JSON = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(JSON, st.from_regex(re.compile(PATTERN), fullmatch=True))
def test_no_document_raises(document: object, pointer: str) -> None:
    """Whatever stands there, the result is a value of the document or nothing."""
    found = find_value(document, pointer)
    assert found is None or json.dumps(found) in json.dumps(document)
