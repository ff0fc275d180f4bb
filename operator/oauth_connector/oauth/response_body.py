"""The body of a response as a mapping: JSON (RFC 8259), or a form where a server sends one. Nothing is raised.

What is read has one meaning only: of two values for one name, or of two objects, none is chosen.
"""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from oauth_connector.oauth.content_coding import decode_text, decompress
from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse

Members = Mapping[str, object]

_LONGEST_NUMBER = 40
_PREFIX = re.compile(r"(?:\)\]\}',?|while ?\(1\);|for ?\(;;\);|[A-Za-z_$][\w.$]{0,63} ?\()\s{0,8}(?=[{\[])")
"""What stands before an object that a script of another origin must not run, or must call (JSONP): Google, QQ."""
_MEMBER = re.compile(r'"[\w.\-]{1,64}"\s{0,8}:')
_FORM = re.compile(r"[A-Za-z_][\w.\-]{0,63}=[^\s<>]*")


class _DuplicateKeyError(ValueError):
    """Two members have one name, or there are two objects: two readers could use two different tokens."""


def decode_body(response: HTTPResponse) -> Members | Symptom:
    """Return the members of a response (RFC 6749 §5.1), or what is wrong with its body.

    An object counts also as the only item of an array, as a text in JSON, as the argument of a function, and with other
    bytes behind it. A form counts only where it contains a token or an error (GitHub and QQ send one).
    """
    body, is_cut = decompress(response.body, response.headers)
    if response.truncated or is_cut:
        return Symptom.TOO_LARGE
    text = decode_text(body).strip()
    if not text:
        return Symptom.EMPTY
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    if text[:1] in ("{", "[", '"'):
        return _parse_json(text)
    return _parse_form(text) or _classify_unreadable(text, response)


def _parse_json(text: str) -> Members | Symptom:
    try:
        value = _parse_alone(text)
        value = _parse_alone(value.strip()) if isinstance(value, str) else value
    except _DuplicateKeyError:
        return Symptom.DUPLICATE_KEY
    except (ValueError, RecursionError):
        return Symptom.NOT_JSON
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else Symptom.NOT_JSON


def _parse_alone(text: str) -> object:
    """Parse the value that a text begins with, and ignore what follows, unless that has members, too."""
    value, end = _DECODER.raw_decode(text)
    if _MEMBER.search(text, end) is not None:
        raise _DuplicateKeyError
    return value


def _merge_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Merge the members of an object; the same member twice is one."""
    members = dict(pairs)
    if len(members) != len(pairs) and any(members[name] != value for name, value in pairs):
        raise _DuplicateKeyError
    return members


def _parse_integer(digits: str) -> int | str:
    """Leave absurd numbers as text: Python refuses to convert very long ones."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


_DECODER = json.JSONDecoder(object_pairs_hook=_merge_pairs, parse_int=_parse_integer, parse_constant=str)


def _parse_form(text: str) -> Members | None:
    """Parse a form, whatever its content type: QQ sends one as HTML."""
    if _FORM.fullmatch(text) is None:
        return None
    try:
        members = _merge_pairs(parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=100))  # type: ignore[arg-type]  # texts are objects
    except ValueError:
        return None
    return members if {"access_token", "error"} & members.keys() else None


def _classify_unreadable(text: str, response: HTTPResponse) -> Symptom:
    html = "html" in response.headers.get("content-type", "").lower() or text[:1] == "<"
    return Symptom.HTML if html else Symptom.NOT_JSON
