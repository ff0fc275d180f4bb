"""Whatever a browser or a user hands over as an authorization response is a code, a denial, or refused in words."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus

from oauth_connector.consent_server.cookies import decode_flow, decode_outcome, encode_flow
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import ExpectedRedirect, UnexpectedRedirect
from oauth_connector.oauth.authorization import (
    LONGEST_CODE,
    LONGEST_PARAMETER,
    AuthorizationDenied,
    AuthorizationGranted,
)
from tests.support.consent_requests import LOOPBACK_URI, a_consent_request
from tests.support.fuzzing import Choices, attempt, fuzzed, list_texts, measure

STATE = "s" * 43
NAMES = ("code", "state", "error", "iss", "location", "error_description", "Code", "code[]")
REQUESTS = (
    a_consent_request(),
    a_consent_request(issuer="https://login.example.com", iss_required=True),
    a_consent_request(callback_parameters=("location", "accounts-server")),
)
LONGEST_ERROR = 64
LONGEST_SENTENCE = 1024
BEGINNINGS = ("", f"{LOOPBACK_URI}?", "http://", "https://[", "code=", "://", LOOPBACK_URI.upper(), " ")


@dataclass(frozen=True)
class Arrival:
    """The flow that waits, and the query or the pasted text that arrives."""

    expected: ExpectedRedirect
    text: str


def build(choices: Choices) -> Arrival:
    """Return a query with the usual parameters and others."""
    pairs = [("state", STATE), ("code", "c")][choices.below(3) :]
    pairs += [(choices.pick(NAMES), choices.text()) for _ in range(choices.below(5))]
    if choices.is_one_of(8):
        text = "&".join(f"{name}={value}" for name, value in pairs)
    else:
        text = "&".join(f"{quote_plus(name)}={quote_plus(value, errors='replace')}" for name, value in pairs)
    return Arrival(ExpectedRedirect(choices.pick(REQUESTS), STATE), text)


def build_pasted(choices: Choices) -> Arrival:
    """Return a text that a user pastes: an address, a code, or another text."""
    arrival = build(choices)
    rest = choices.text() if choices.is_one_of(2) else arrival.text
    return Arrival(arrival.expected, choices.pick(BEGINNINGS) + rest)


def build_cookie(choices: Choices) -> str:
    """Return the value of a cookie of a flow, of the last page, or of neither."""
    parts = choices.pick((["shop", "consent-1", "uid", "v1:digest", STATE, STATE], ["uid", STATE, "K7QF-2M9P"]))
    for _ in range(choices.below(3)):
        parts = [*parts]
        parts[choices.below(len(parts))] = choices.text()
    text = json.dumps(parts) if choices.below(8) else choices.body({"a": "b"}).decode(errors="replace")
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() if choices.below(8) else text


@fuzzed(10_000, build)
def test_a_query_is_a_code_or_refused(arrival: Arrival) -> None:
    """The plugin raises its two exceptions only, in sentences of bounded length, and a code is bounded."""
    require_code_or_sentence(lambda: arrival.expected.parse_query(arrival.text))


@fuzzed(8_000, build_pasted)
def test_a_pasted_text_is_a_code_or_refused(arrival: Arrival) -> None:
    """As for a query: also an address that is none is refused in words."""
    require_code_or_sentence(lambda: arrival.expected.parse_pasted(arrival.text))


@fuzzed(8_000, build)
def test_the_consent_server_understands_each_query(arrival: Arrival) -> None:
    """Nothing is raised: a code and what is passed on are bounded, and an error is one of known shape."""
    understood = arrival.expected.request.understand(parse_qsl(arrival.text, keep_blank_values=True))
    if isinstance(understood, AuthorizationGranted):
        require_bounded_code(understood)
    elif isinstance(understood, AuthorizationDenied):
        assert 0 < len(understood.error) <= LONGEST_ERROR
        assert understood.error.isascii()


@fuzzed(6_000, build_cookie)
def test_a_cookie_is_a_flow_or_nothing(value: str) -> None:
    """Nothing is raised; a flow that is read has valid names, and is written as it was read."""
    flow = decode_flow(value)
    if flow is not None:
        assert ObjectKey.parse(flow.name.namespace, flow.name.name) == flow.name
        assert decode_flow(encode_flow(flow)) == flow
        assert f"{flow.uid}{flow.digest}".isascii()  # they are compared as bytes
    assert measure(decode_outcome(value) or "") <= 3 * len(value)


def require_code_or_sentence(parse: Callable[[], AuthorizationGranted]) -> None:
    """Check that a response is a bounded code, or refused in a sentence for the user."""
    found = attempt(parse, UnexpectedRedirect, CommandFailed)
    if isinstance(found, Exception):
        assert 0 < len(str(found)) <= LONGEST_SENTENCE
    else:
        require_bounded_code(found)


def require_bounded_code(granted: AuthorizationGranted) -> None:
    """Check the bounds of an authorization response."""
    assert 0 < len(granted.code.get_secret_value()) <= LONGEST_CODE
    assert all(len(text) <= LONGEST_PARAMETER for text in list_texts([granted.iss or "", granted.extra]))
