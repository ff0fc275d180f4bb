"""A refresh token in a response without a usable access token: it may be the only valid one (RFC 6749 §6).

Before such a response counts as unreadable, its refresh token is searched everywhere. Nothing is raised, and the size
of what is read is bounded.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

from pydantic import SecretStr

from oauth_connector.oauth.content_coding import decode_text, decompress
from oauth_connector.oauth.error_codes import find_error
from oauth_connector.oauth.json_pointer import find_value
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.response_body import Members, decode_body
from oauth_connector.oauth.secret_names import REFRESH_TOKEN
from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse

LONGEST_TOKEN = 64 * 1024
"""Characters of a token at most: real ones have a few thousand, and a Secret holds the token up to three times."""

_VISIBLE = re.compile(r"[\x20-\x7e]+")
_PUNCTUATION = re.compile("[^a-z0-9]")

_JSON = re.compile(r'"refresh_?token"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,80000})"', re.IGNORECASE)
_DOCUMENT = re.compile(r"<!doctype\s{1,9}html|<html|<head|<body", re.IGNORECASE)
_HEAD = 4096
"""Characters at the start of a response in which a web page shows itself."""

_FORM = re.compile(r"(?:^|[&?\s])refresh_token=([^&\s\"'<>]{1,80000})")
"""Nothing may follow the value here: a match that fails behind it is tried again at each name within the value."""
_XML = re.compile(r"<refresh_?token>\s{0,20}([^<>\s]{1,80000})\s{0,20}</refresh_?token>", re.IGNORECASE)


def read_refresh_token(members: Members) -> SecretStr | None:
    """Read the refresh token; a value that cannot be one (RFC 6749 App. A.17) or cannot be stored counts as none."""
    return _check(members.get("refresh_token"))


def find_refresh_token(response: HTTPResponse, quirks: Quirks, presented: SecretStr | None = None) -> SecretStr | None:
    """Find a refresh token, other than the presented one, in a response without a usable access token.

    A refusal has none: it may repeat what was sent. Nor has a web page: the URL may be that of a documentation with an
    example. Of a 5xx, only a whole token response counts, since the server may have processed nothing, and shows a page
    for its developers. Of several, the last counts, as for JSON (RFC 8259 §4).
    """
    members = decode_body(response)
    if 300 <= response.status < 500 or _is_error(members, response.status, quirks):  # noqa: PLR2004  # HTTP
        return None
    if response.status >= 500 and (isinstance(members, Symptom) or "access_token" not in members):  # noqa: PLR2004  # HTTP
        return None
    named = find_value(members, quirks.places.refresh_token)
    found = [*(walk_members(members) if isinstance(members, Mapping) else _scan(response)), named]
    known = {presented.get_secret_value()} if presented is not None else set()
    tokens = [token for value in found if (token := _check(value)) is not None]
    usable = [
        token for token in tokens if token.get_secret_value() not in known and not is_masked(token.get_secret_value())
    ]
    return usable[-1] if usable else None


def _is_error(members: Members | Symptom, status: int, quirks: Quirks) -> bool:
    return isinstance(members, Mapping) and find_error(members, status, quirks) is not None


def _check(value: object) -> SecretStr | None:
    good = isinstance(value, str) and len(value) <= LONGEST_TOKEN and _VISIBLE.fullmatch(value) is not None
    return SecretStr(value) if isinstance(value, str) and good else None


def is_masked(token: str) -> bool:
    """Return whether a value stands for a token that is not shown: one character, repeated."""
    return len(set(token.lower())) == 1


def walk_members(members: object, wanted: str = REFRESH_TOKEN) -> Iterator[object]:
    """List the tokens of a name, at any depth, in their order. Spring writes an object with a `value`."""
    for name, inner in walk_pairs(members):
        if _PUNCTUATION.sub("", str(name).lower()) == wanted:
            yield inner.get("value") if isinstance(inner, Mapping) else inner


def walk_pairs(members: object) -> Iterator[tuple[str, object]]:
    """List name and value of each member, at any depth, in their order."""
    waiting = [members]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):  # an object of JSON; an abstract class would take three times as long
            waiting += list(value.values())[::-1]
            yield from value.items()
        elif isinstance(value, list):
            waiting += value[::-1]


def _scan(response: HTTPResponse) -> Iterator[object]:
    """List the refresh tokens in bytes that are no object, where their end has arrived."""
    text = decode_text(decompress(response.body, response.headers)[0])
    if _DOCUMENT.search(text[:_HEAD]) is not None:
        return
    is_cut = response.truncated or response.interruption is not None
    for found in _XML.finditer(text):
        yield _unescape_xml(found[1])
    for found in _FORM.finditer(text):
        follows = text[found.end() : found.end() + 1]
        if follows == "&" or follows.isspace() or not (follows or is_cut):
            yield unquote_plus(found[1])
    for level in (text, text.replace('\\"', '"')):  # an object may be a text in another one
        for found in _JSON.finditer(level):
            yield _unescape(found[1])


def _unescape_xml(text: str) -> str | None:
    try:
        return html.unescape(text)
    except ValueError:  # the number of a character with thousands of digits
        return None


def _unescape(text: str) -> str | None:
    """Undo the escapes of JSON: PHP writes one before each slash."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return None
