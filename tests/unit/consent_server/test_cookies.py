"""The contents of cookies, and how invalid ones are decoded."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.consent_server.cookies import (
    Cookies,
    FlowCookie,
    OutcomeCookie,
    decode_flow,
    decode_outcome,
    encode_flow,
    encode_outcome,
)
from oauth_connector.consent_server.object_key import ObjectKey

FLOW = FlowCookie(ObjectKey("sales", "zoho-k7"), "u-1", "v1:d", SecretStr("s" * 43), SecretStr("t" * 43))


def packed(parts: object) -> str:
    """Write parts as a cookie has them."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def test_an_encoded_flow_is_decoded() -> None:
    """Both kinds are decoded unchanged, and their representations show no secret."""
    outcome = OutcomeCookie("u-1", SecretStr("t" * 43), "K7QF-2M9P")
    assert decode_flow(encode_flow(FLOW)) == FLOW
    assert decode_outcome(encode_outcome(outcome)) == outcome
    assert "t" * 43 not in repr(FLOW) + repr(outcome)


def test_the_largest_flow_fits_into_a_cookie() -> None:
    """Browsers keep at least 4096 bytes of one (RFC 6265 §6.1)."""
    name = ObjectKey("n" * 63, "c" * 253)
    largest = FlowCookie(name, "u" * 64, "d" * 128, SecretStr("s" * 43), SecretStr("t" * 43))
    assert len(encode_flow(largest)) < 1024
    assert decode_flow(encode_flow(largest)) == largest


@pytest.mark.parametrize(
    "parts",
    [
        [],
        {},
        None,
        "text",
        ["sales", "zoho", "u", "d", "s" * 43],
        ["sales", "zoho", "u", "d", "s" * 43, "t" * 43, "more"],
        ["Sales", "zoho", "u", "d", "s" * 43, "t" * 43],
        ["sales", "../x", "u", "d", "s" * 43, "t" * 43],
        ["sales", "zoho", "u", "d", "short", "t" * 43],
        ["sales", "zoho", "u", "d", "s" * 43, 1],
        ["sales", "zoho", "u" * 300, "d", "s" * 43, "t" * 43],
        ["sales", "zoho", "u", "\ud800", "s" * 43, "t" * 43],  # of the fuzz tests: its comparison raised
    ],
)
def test_an_invalid_cookie_is_no_flow(parts: object) -> None:
    """Wrong counts, types, shapes and lengths."""
    assert decode_flow(packed(parts)) is None


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_makes_the_decoder_fail(text: str) -> None:
    """Any text from a browser is decoded, or decodes to None."""
    assert decode_flow(text) is None
    assert decode_outcome(text) is None


def test_cookie_names_contain_no_plain_data() -> None:
    """They contain a hash of state and consent; the prefix is used only where browsers allow it."""
    secure, plain = Cookies(secure=True), Cookies(secure=False)
    assert secure.flow_name("state").startswith("__Host-oac-")
    assert "state" not in secure.flow_name("state").removeprefix("__Host-")
    assert plain.flow_name("state") == secure.flow_name("state").removeprefix("__Host-")
    assert "zoho" not in secure.outcome_name(ObjectKey("sales", "zoho"))
    assert secure.outcome_name(ObjectKey("sales", "a")) != secure.outcome_name(ObjectKey("sales", "b"))
