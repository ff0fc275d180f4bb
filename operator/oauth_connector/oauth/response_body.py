"""The body of a response as a mapping: JSON (RFC 8259), or a form where a server sends one. Nothing is raised."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse

Members = Mapping[str, object]

_FORM_TYPES = ("application/x-www-form-urlencoded", "text/plain")
_LONGEST_NUMBER = 40


class _DuplicateKeyError(ValueError):
    """Two members have one name: two readers could use two different tokens."""


def decode_body(response: HTTPResponse) -> Members | Symptom:
    """Return the members of a response (RFC 6749 §5.1), or what is wrong with its body.

    The charset that a server declares is not trusted: JSON is UTF-8 (RFC 8259 §8.1), and a byte order mark is
    dropped. A form counts only where it contains a token or an error (GitHub and old versions of Facebook send one).
    """
    if response.truncated:
        return Symptom.TOO_LARGE
    text = _decode_text(response.body)
    if text is None:
        return Symptom.NOT_JSON
    if not text.strip():
        return Symptom.EMPTY
    if text.lstrip()[:1] in ("{", "[", '"'):
        return _parse_json(text)
    return _parse_form(text, response.headers.get("content-type", "")) or _classify_unreadable(text, response)


def _decode_text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _parse_json(text: str) -> Members | Symptom:
    try:
        value = json.loads(text, object_pairs_hook=_require_unique, parse_int=_parse_integer, parse_constant=str)
    except _DuplicateKeyError:
        return Symptom.DUPLICATE_KEY
    except (ValueError, RecursionError):
        return Symptom.NOT_JSON
    return value if isinstance(value, dict) else Symptom.NOT_JSON


def _require_unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _parse_integer(digits: str) -> int | str:
    """Leave absurd numbers as text: Python refuses to convert very long ones."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _parse_form(text: str, content_type: str) -> Members | None:
    if content_type.split(";", maxsplit=1)[0].strip().lower() not in _FORM_TYPES or "=" not in text:
        return None
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError:
        return None
    members = dict(pairs)
    return members if {"access_token", "error"} & members.keys() else None


def _classify_unreadable(text: str, response: HTTPResponse) -> Symptom:
    html = "html" in response.headers.get("content-type", "").lower() or text.lstrip()[:1] == "<"
    return Symptom.HTML if html else Symptom.NOT_JSON
