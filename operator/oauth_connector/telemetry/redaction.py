"""Redaction of log lines: text that looks like a secret is masked before a line is written.

This is the second defence. The first is that secrets are `SecretStr` values and messages are fixed sentences. Redaction
covers the rest, for example the text of an exception of a library. It recognizes secrets by the name before them
(`client_secret=…`, `Authorization: …`) and by their form (JWTs, long random text). It may mask other text too, but not
UIDs, Kubernetes names and paths.
"""

import re
from collections.abc import Mapping, MutableMapping

from pydantic import SecretBytes, SecretStr

MASK = "[redacted]"
DEEPEST = 6
"""Levels of nesting that are examined; deeper values are masked as text."""

_NAMES = (
    "access_token|refresh_token|id_token|subject_token|actor_token|client_secret|client_assertion|assertion"
    "|code_verifier|device_code|password|passwd"
)
_NAMED = re.compile(
    rf"""(?ix) ( (?:{_NAMES}) ['"]? \s* [=:] \s* )  # client_secret=…, "password": …
         ( "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s&"',;}}]+ )""",
)
_HEADER = re.compile(
    r"""(?i)(authorization['"]?\s*[:=,]\s*b?['"]?)(?:[a-z][\w-]*[ ]+)?(?:\[redacted\]|[^\s'",;)}\]]+)"""
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|dpop|[a-z]+-oauthtoken)[ ]+(?!(?-i:[a-z_]+)\b)[\w.~+/-]{8,}=*")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_USER_INFORMATION = re.compile(r"(://)[^\s/@'\"]+@")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*")
_RUN = re.compile(r"[A-Za-z0-9_~+/.-]{20,}={0,2}")
_UNBROKEN = re.compile(r"[A-Za-z0-9]{32,}")
_SECRET_KEY = re.compile(rf"{_NAMES}|(?:proxy_)?authorization|(?:set_)?cookie")


def redact(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Mask what looks like a secret in an event of structlog; values of other types than those of JSON become text."""
    return {key: _mask(key, value, DEEPEST) for key, value in event.items()}


def scrub(text: str) -> str:
    """Mask what looks like a secret in a text."""
    text = _PEM.sub(MASK, text)
    text = _USER_INFORMATION.sub(rf"\1{MASK}@", text)
    text = _NAMED.sub(rf"\1{MASK}", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _JWT.sub(MASK, text)
    return _RUN.sub(lambda run: MASK if _has_random_part(run.group()) else run.group(), text)


def _mask(key: str, value: object, depth: int) -> object:
    if isinstance(value, SecretStr | SecretBytes) or _SECRET_KEY.fullmatch(key.lower().replace("-", "_")):
        return MASK
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {str(inner): _mask(str(inner), member, depth - 1) for inner, member in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_mask("", member, depth - 1) for member in value]
    return scrub(str(value))


def _has_random_part(run: str) -> bool:
    return any(_is_mixed(part) for part in re.split("[/.]", run))


def _is_mixed(part: str) -> bool:
    """Return whether text is random: all three kinds of characters in 20, or letters and digits unbroken in 32."""
    if len(part) >= 20 and all(any(map(kind, part)) for kind in (str.islower, str.isupper, str.isdigit)):  # noqa: PLR2004  # stated above
        return True
    return any(not piece.isalpha() and not piece.isdigit() for piece in _UNBROKEN.findall(part))
