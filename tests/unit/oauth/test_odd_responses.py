"""Token responses that are no JSON object of RFC 6749 §5.1, and have one meaning: the token is read."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.oauth.content_coding import LARGEST_BODY, decode_text, decompress
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response

MEMBERS = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r/1"}
BODY = json.dumps(MEMBERS).encode()
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
RAW_DEFLATE = RAW.compress(BODY) + RAW.flush()
FORM = b"access_token=abc&expires_in=3600&refresh_token=r%2F1"

CODED: dict[str, tuple[bytes, dict[str, str]]] = {
    # RFC 9110 §8.4.1; github.com/letsencrypt/boulder/issues/3749: sent by caches although no client has asked
    "gzip": (gzip.compress(BODY), {"content-encoding": "gzip"}),
    "x-gzip": (gzip.compress(BODY), {"content-encoding": "x-gzip"}),
    "deflate": (zlib.compress(BODY), {"content-encoding": "deflate"}),
    # RFC 9110 §8.4.1.2, the note: some servers leave the header of zlib out
    "deflate without its header": (RAW_DEFLATE, {"content-encoding": "deflate"}),
    # github.com/modelcontextprotocol/typescript-sdk/pull/2436: a proxy removes the header and leaves the compression
    "gzip without a header": (gzip.compress(BODY), {}),
    "a header without gzip": (BODY, {"content-encoding": "gzip"}),
    "a header without deflate": (BODY, {"content-encoding": "deflate"}),
    "gzip twice, by server and proxy": (gzip.compress(gzip.compress(BODY)), {"content-encoding": "gzip, gzip"}),
    "gzip with half of its checksum": (gzip.compress(BODY)[:-6], {"content-encoding": "gzip"}),
}

ENCODED: dict[str, bytes] = {
    # github.com/awesomemotive/easy-digital-downloads/issues/2807: an editor of Windows has written the server's code
    "UTF-8 with a mark": b"\xef\xbb\xbf" + BODY,
    # RFC 7159 §8.1 allowed these, and RFC 4627 §3 states how they are recognized
    "UTF-16 with a mark": BODY.decode().encode("utf-16"),
    "UTF-16, big-endian": BODY.decode().encode("utf-16-be"),
    "UTF-16, little-endian": BODY.decode().encode("utf-16-le"),
    "UTF-32 with a mark": BODY.decode().encode("utf-32"),
    "UTF-32, big-endian": BODY.decode().encode("utf-32-be"),
    # the default of HTTP once, RFC 2616 §3.7.1; github.com/ORCID/ORCID-Source/issues/3396 has names in the response
    "ISO 8859-1": BODY[:-1] + b', "name": "Jos\xe9"}',
}

WRAPPED: dict[str, bytes] = {
    # github.com/Colin-b/httpx_auth/issues/119
    "in `tokenData`": json.dumps({"tokenData": MEMBERS, "errors": [], "success": True}).encode(),
    # github.com/oauthlib/oauthlib/issues/805, Withings
    "in `body`, with a status": json.dumps({"status": 0, "body": MEMBERS}).encode(),
    # github.com/ruby-oauth/oauth2/issues/627
    "in `data`": json.dumps({"data": MEMBERS, "meta": {"version": 1}}).encode(),
    "beside an empty token": json.dumps({"access_token": None, "data": MEMBERS}).encode(),
    "the only item of a list": json.dumps([MEMBERS]).encode(),
    # ASP.NET: a text that is JSON is serialized again
    "a text in JSON": json.dumps(BODY.decode()).encode(),
    # wiki.connect.qq.com: a form as text/html, and errors as the argument of `callback`
    "a form of any content type": FORM,
    "an argument of a function": b"callback( " + BODY + b" );\n",
    # gerrit-review.googlesource.com/Documentation/rest-api.html
    "behind a guard against scripts": b")]}'\n" + BODY,
    "before a comment of a proxy": BODY + b"\n<!-- served in 0.02 s -->",
    "before a warning of PHP": BODY + b"<br />\n<b>Warning</b>: Cannot modify header information",
    "before the length of the last chunk": BODY + b"\r\n0\r\n\r\n",
    "each member twice": BODY[:-1] + b"," + BODY[1:],
}


def read(body: bytes, headers: dict[str, str] | None = None, **changes: Any) -> Token:
    """Parse a token response."""
    token = parse_token_response(HTTPResponse(200, headers or {"content-type": "text/html"}, body, **changes))
    assert isinstance(token, Token), token
    return token


def check(token: Token) -> None:
    """Check that a token is that of `MEMBERS`."""
    assert token.refresh_token is not None
    found = (token.access_token.get_secret_value(), token.refresh_token.get_secret_value(), token.lifetime)
    assert found == ("abc", "r/1", 3600)


@pytest.mark.parametrize("sentence", CODED)
def test_a_compressed_response_is_read(sentence: str) -> None:
    """The request asks for `identity`; what is sent all the same is decompressed."""
    check(read(*CODED[sentence]))


@pytest.mark.parametrize("sentence", ENCODED)
def test_a_response_in_another_encoding_is_read(sentence: str) -> None:
    """The bytes show the encoding (RFC 4627 §3)."""
    check(read(ENCODED[sentence]))


@pytest.mark.parametrize("sentence", WRAPPED)
def test_a_token_in_something_else_is_read(sentence: str) -> None:
    """What has one meaning only is read: one object, one level deep at most."""
    check(read(WRAPPED[sentence]))


def test_a_response_without_its_end_is_read() -> None:
    """The connection ended without the last chunk, or before the announced length, but the object is whole."""
    check(read(BODY, interruption=Symptom.CONNECTION_LOST))


def test_a_part_of_a_response_counts_as_lost() -> None:
    """Whether the request was processed is not known; half of a token is no token."""
    for status in (200, 401, 502):
        for body in (BODY[:20], b"{}", b"<html>"):
            for cause in (Symptom.CONNECTION_LOST, Symptom.TIMEOUT):
                part = HTTPResponse(status, {}, body, interruption=cause)
                assert parse_token_response(part) == Signal(cause, sent=True)
    part = HTTPResponse(400, {}, b'{"error":"invalid_grant"}', interruption=Symptom.CONNECTION_LOST)
    refused = parse_token_response(part)
    assert isinstance(refused, Signal)
    assert refused.oauth_error == "invalid_grant"


TYPES: dict[str, bool] = {
    "BearerToken": True,  # docs.cloud.google.com/apigee/docs/api-platform/reference/policies/oauthv2-policy
    "Bearer Token": True,
    "bearer_token": True,
    "jwt-bearer": True,  # github.com/MicrosoftDocs/azure-devops-docs/issues/810: the header needs `Bearer`
    "Bearer ": True,
    " ": True,
    "MAC": False,
    "DPoP": False,
    "Bearer DPoP": False,
    "hmac-sha-256": False,
    "pop": False,
}


@pytest.mark.parametrize("sentence", TYPES)
def test_words_for_bearer_are_understood(sentence: str) -> None:
    """A type counts by its letters; one that needs another header or a key is refused (RFC 6749 §7.1)."""
    body = json.dumps({**MEMBERS, "token_type": sentence}).encode()
    result = parse_token_response(HTTPResponse(200, {}, body))
    assert isinstance(result, Token) is TYPES[sentence]
    assert isinstance(result, Token) or result.symptom is Symptom.UNSUPPORTED_TOKEN_TYPE


def test_a_compressed_bomb_takes_little_memory() -> None:
    """A hundred megabytes in a hundred kilobytes are decompressed up to the limit, also inside each other."""
    bomb = gzip.compress(b"[" * 100_000_000, compresslevel=9)
    for body in (bomb, gzip.compress(bomb)):
        tracemalloc.start()
        result = parse_token_response(HTTPResponse(200, {"content-encoding": "gzip"}, body))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert isinstance(result, Signal)
        assert result.symptom is Symptom.TOO_LARGE
        assert most < 8 * LARGEST_BODY


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "br", "identity"]), st.booleans())
def test_no_bytes_raise_an_error(body: bytes, coding: str, compressed: bool) -> None:  # noqa: FBT001  # from hypothesis
    """Any bytes are decompressed to at most the limit, and decoded."""
    found, _ = decompress(gzip.compress(body) if compressed else body, {"content-encoding": coding})
    assert len(found) <= LARGEST_BODY
    assert isinstance(decode_text(found), str)
