"""The refresh token of a response that gives no usable access token: found wherever it stands, and never invented."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.oauth.content_coding import LARGEST_BODY
from oauth_connector.oauth.quirks import STANDARD
from oauth_connector.oauth.salvage import find_refresh_token
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response

OLD = SecretStr("old-1")
MEMBERS = {"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "new/2"}
BODY = json.dumps(MEMBERS).encode()


def find(body: object, status: int = 200, *, lost: bool = False, truncated: bool = False) -> str | None:
    """Return the refresh token that is found in a response without a usable access token."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    interruption = Symptom.CONNECTION_LOST if lost else None
    response = HTTPResponse(status, {"content-type": "application/json"}, raw, truncated, interruption)
    assert isinstance(parse_token_response(response), Signal)
    found = find_refresh_token(response, STANDARD, OLD)
    return found.get_secret_value() if found is not None else None


FOUND: dict[str, object] = {
    "beside a token of another type": {**MEMBERS, "token_type": "mac"},
    "beside a token that cannot be sent": {**MEMBERS, "access_token": "a\r\nb"},
    "beside no token": {"refresh_token": "new/2"},
    "two levels deep": {"result": {"tokens": MEMBERS}},
    "in one of two objects": [{"user": 1}, MEMBERS],
    "in a list in an object": {"data": [{"refresh_token": "new/2"}]},
    # github.com/spring-attic/spring-security-oauth/issues/1302: the beans of the server, serialized
    "as an object with a value": {"value": "a", "refreshToken": {"value": "new/2", "expiration": 1522409867190}},
    "beside members that differ": b'{"access_token":"a","access_token":"b","refresh_token":"new/2"}',
    # RFC 8259 §4: most readers take the last one
    "twice": b'{"access_token":"a","refresh_token":"new/1","refresh_token":"new/2"}',
    "before a second object": b'{"access_token":"a","refresh_token":"new/2"}{"access_token":"b"}',
    "with the escapes of PHP": b'{"access_token":"a","access_token":"b","refresh_token":"new\\/2"}',
    "after a warning of PHP": b"<br />\n<b>Notice</b>: Undefined index in <b>token.php</b><br />" + BODY,
    "in a fragment of a page": b'<pre>{ "refresh_token" : "new/2" }</pre>',
    "in a text in JSON": json.dumps({"body": json.dumps(MEMBERS)}).encode() + b'{"x":1}',
    # github.com/ORCID/ORCID-Source/issues/3396: the length counts characters, and the last bytes are cut
    "without the end of the object": BODY[:-1],
    "in another encoding, without its end": BODY.decode()[:-1].encode("utf-16"),
    "compressed, without its end": gzip.compress(BODY[:-1] + bytes(range(35, 91)))[:-20],
    # github.com/spring-attic/spring-security-oauth/issues/1699
    "in XML": b"<oauth><access_token>a</access_token><refresh_token>new/2</refresh_token></oauth>",
    "in a form with two tokens": b"access_token=a&access_token=b&refresh_token=new%2F2",
}


@pytest.mark.parametrize("sentence", FOUND)
def test_a_refresh_token_is_found_anywhere(sentence: str) -> None:
    """The server has rotated the one that was presented: this one is the only valid one."""
    assert find(FOUND[sentence]) == "new/2"


CUT: dict[str, tuple[bytes, str | None]] = {
    "behind the token": (BODY[:-1], "new/2"),
    "within the token": (BODY[:-3], None),
    "within its name": (BODY[: BODY.index(b"token_type")] + b'"refresh_to', None),
    "within the token in a form": (b"access_token=a&access_token=b&refresh_token=new%2", None),
    "behind the token in a form": (b"access_token=a&access_token=b&refresh_token=new%2F2&sco", "new/2"),
    "behind the token and a space": (b"access_token=a&access_token=b&refresh_token=new%2F2 ", "new/2"),
}


@pytest.mark.parametrize("sentence", CUT)
def test_a_part_of_a_token_is_none(sentence: str) -> None:
    """Where the response was cut, only a token whose end has arrived counts."""
    body, found = CUT[sentence]
    assert find(body, lost=True) == found
    assert find(body, truncated=True) == found


NOT_FOUND: dict[str, tuple[object, int]] = {
    "the presented one, as a server without rotation sends it": ({"refresh_token": "old-1"}, 200),
    "in a refusal that repeats the request": ({"message": "bad", "request": {"refresh_token": "x-1"}}, 400),
    "in an error": ({"error": "invalid_grant", "refresh_token": "x-1"}, 200),
    "in an error of Slack": ({"ok": False, "refresh_token": "x-1"}, 200),
    "in a redirect": ({"refresh_token": "x-1"}, 302),
    # RFC 6749 §5.1 has such an example, as every documentation
    "in a documentation": (b'<!DOCTYPE html>\n<pre>{"access_token":"a","refresh_token":"x-1"}</pre>', 200),
    "in another documentation": (b'\n<HTML lang="en"><body>{"refresh_token":"x-1"}', 200),
    "in a page for developers": (b'<pre>{"refresh_token": "x-1"}</pre>', 500),
    "in a trace, as JSON": ({"trace": [{"args": {"refresh_token": "x-1"}}]}, 500),
    # docs.djangoproject.com/en/stable/howto/error-reporting/: values of such names are replaced
    "masked": ({"refresh_token": "********************"}, 200),
    "masked with letters": (b'{"refresh_token": "XXXXXXXX"', 200),
    "no text": ({"refresh_token": 42}, 200),
    "empty": ({"refresh_token": ""}, 200),
    "with a line break": ({"refresh_token": "a\nb"}, 200),
    "too long": ({"refresh_token": "ab" * 40_000}, 200),
    "nothing": (b"", 200),
}


@pytest.mark.parametrize("sentence", NOT_FOUND)
def test_no_refresh_token_is_invented(sentence: str) -> None:
    """A wrong one would replace a refresh token that may still be valid."""
    assert find(*NOT_FOUND[sentence]) is None


def test_a_whole_token_response_of_a_failing_server_counts() -> None:
    """A proxy may turn the status of a token response into its own."""
    assert find(MEMBERS, 500) == "new/2"
    assert find({"error": "server_error", **MEMBERS}, 500) is None


@given(st.binary(max_size=300), st.integers(200, 599), st.booleans())
def test_no_bytes_raise_an_error(body: bytes, status: int, lost: bool) -> None:  # noqa: FBT001  # from hypothesis
    """Any bytes with any status give a token or none."""
    interruption = Symptom.TIMEOUT if lost else None
    response = HTTPResponse(status, {}, b'{"refresh_token": ' + body, interruption=interruption)
    assert isinstance(find_refresh_token(response, STANDARD, OLD), SecretStr | None)


@pytest.mark.parametrize(
    "piece",
    [
        b'"refresh_token":"',
        b'"refresh_token":   ',
        b"&refresh_token=",
        b"?refresh_token=",
        b"\nrefresh_token=",
        b"<refresh_token> ",
        b"<refresh_token>a",
        b"\\",
        b'\\"',
        b"[]",
    ],
)
@pytest.mark.parametrize("end", [b"", b'"', b"\\", b"<"], ids=["open", "a quote", "a backslash", "a bracket"])
def test_hostile_repetitions_take_no_time(piece: bytes, end: bytes) -> None:
    """The search is linear, whatever a server repeats, and finds no token: it runs on the event loop of all tenants.

    A search that runs to the end from each repetition, and fails there, took half a minute.
    """
    body = b'[{"a":1},{"x_token":"' + piece * (LARGEST_BODY // len(piece))
    response = HTTPResponse(200, {}, body[: LARGEST_BODY - len(end)] + end, truncated=True)
    began = time.process_time()
    found = find_refresh_token(response, STANDARD, OLD)
    assert time.process_time() - began < 5  # it takes some hundredths
    assert found is None or len(found.get_secret_value()) < 2 * len(piece)


def test_a_character_with_a_long_number_raises_nothing() -> None:
    """Python refuses to convert thousands of digits."""
    assert find(b"<refresh_token>&#" + b"9" * 5000 + b";</refresh_token>") is None
