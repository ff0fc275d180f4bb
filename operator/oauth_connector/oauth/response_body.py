"""The body of an answer as a mapping: JSON first, a form where a server sends one, never an exception."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse

Members = Mapping[str, object]

_FORM_TYPES = ("application/x-www-form-urlencoded", "text/plain")
_LONGEST_NUMBER = 40


class _DuplicateKeyError(ValueError):
    """Two members of one name: two readers would take two different tokens for the right one."""


def decode(response: HTTPResponse) -> Members | Symptom:
    """Give the members of an answer, or what is wrong with its body.

    The charset that a server declares is not trusted: JSON is UTF-8 (RFC 8259 §8.1), and a mark at its start is
    dropped. Only a form that holds a token or an error counts as one (GitHub and old Facebook answer so).
    """
    if response.truncated:
        return Symptom.TOO_LARGE
    text = _text(response.body)
    if text is None:
        return Symptom.NOT_JSON
    if not text.strip():
        return Symptom.EMPTY
    if text.lstrip()[:1] in ("{", "[", '"'):
        return _json(text)
    return _form(text, response.headers.get("content-type", "")) or _unreadable(text, response)


def _text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _json(text: str) -> Members | Symptom:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_int=_number, parse_constant=str)
    except _DuplicateKeyError:
        return Symptom.DUPLICATE_KEY
    except (ValueError, RecursionError):
        return Symptom.NOT_JSON
    return value if isinstance(value, dict) else Symptom.NOT_JSON


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _number(digits: str) -> int | str:
    """Leave absurd numbers as text: Python refuses to convert very long ones."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _form(text: str, content_type: str) -> Members | None:
    if content_type.split(";", maxsplit=1)[0].strip().lower() not in _FORM_TYPES or "=" not in text:
        return None
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError:
        return None
    members = dict(pairs)
    return members if {"access_token", "error"} & members.keys() else None


def _unreadable(text: str, response: HTTPResponse) -> Symptom:
    html = "html" in response.headers.get("content-type", "").lower() or text.lstrip()[:1] == "<"
    return Symptom.HTML if html else Symptom.NOT_JSON
