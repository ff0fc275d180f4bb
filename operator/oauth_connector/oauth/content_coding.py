"""The bytes and the text of a body: decompressed within bounds, in the encoding that its bytes show. Nothing is raised.

Every request asks for `identity` (RFC 9110 §12.5.3) and for JSON, which is UTF-8 (RFC 8259 §8.1). Some servers,
and proxies in between, send something else all the same.
"""

import json
import zlib
from collections.abc import Mapping

LARGEST_BODY = 256 * 1024
"""Bytes of a body, compressed or not, that are read at most: a real one has a few thousand."""

MOST_CODINGS = 2
"""A proxy may compress what the server has compressed already."""

_GZIP = b"\x1f\x8b"
_AUTOMATIC = zlib.MAX_WBITS | 32
_RAW = -zlib.MAX_WBITS


def decompress(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """Decompress gzip and deflate (RFC 9110 §8.4.1) up to `LARGEST_BODY`; return whether more was left out.

    A body that is compressed without a header is recognized by its first bytes; one that is not compressed, although
    a header says so, is returned as it is. Of a body that ends too early, what has arrived is returned.
    """
    is_cut = len(body) > LARGEST_BODY
    body = body[:LARGEST_BODY]
    named = headers.get("content-encoding", "").lower()
    for _ in range(MOST_CODINGS):
        if not body.startswith(_GZIP) and "deflate" not in named:
            break
        body, is_longer = _inflate(body)
        is_cut = is_cut or is_longer
        named = ""
    return body, is_cut


def _inflate(body: bytes) -> tuple[bytes, bool]:
    """Decompress once: with the header of gzip or zlib, or without one, which some servers call deflate."""
    for window in (_AUTOMATIC, _RAW):
        stream = zlib.decompressobj(window)
        try:
            found = stream.decompress(body, LARGEST_BODY)
        except zlib.error:
            continue
        if found:
            return found, bool(stream.unconsumed_tail)
    return body, False


def decode_text(body: bytes) -> str:
    """Decode JSON by its first bytes: UTF-8, UTF-16 or UTF-32, with a byte order mark or without (RFC 4627 §3).

    The charset that a server declares is not trusted. Bytes that are no UTF-8 count as ISO 8859-1, in which no byte is
    invalid: a token is ASCII in each of these (RFC 6749 App. A).
    """
    encoding = json.detect_encoding(body)
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        is_wide = encoding.startswith(("utf-16", "utf-32"))
        return body.decode(encoding if is_wide else "iso-8859-1", errors="replace")
