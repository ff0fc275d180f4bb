"""The answer of a token endpoint, understood (RFC 6749 §5.1, §5.2): a token, or what was seen instead.

Whatever bytes come, nothing is raised, and no word of the provider leaves this file but codes of known shape.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from oauth_connector.oauth.lifetimes import lifetime, refresh_lifetime, retry_after
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.response_body import Members, decode
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import split_scope

BEARER_TYPES = frozenset({"bearer", "user access token", "application access token", "n_a"})
"""Types whose tokens are sent as bearer tokens: RFC 6750, eBay's two names for it, RFC 8693 §2.2.1."""

LONGEST_TOKEN = 256 * 1024
"""Characters of a token at most: a Secret holds 1 MiB, and the token stands in it up to three times."""

ZOHO_PAUSE = 600.0
"""Zoho counts calls over ten minutes and says `Access Denied`, with status 200, when there were too many."""

_VISIBLE = re.compile(r"[\x20-\x7e]+")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_PROVIDER_CODE = re.compile(r"\bAADSTS\d{4,7}\b")
_SCALAR = (str, int, float)


def parse(response: HTTPResponse, quirks: Quirks = STANDARD) -> Token | Signal:
    """Understand an answer. `error` counts with any status, also 200 (GitHub, Slack, Zoho)."""
    members = decode(response)
    wait = retry_after(response.headers) if response.status >= 400 else None  # noqa: PLR2004  # HTTP
    if isinstance(members, Symptom):
        return Signal(_without_members(response.status, members), response.status, retry_after=wait)
    error = _error(members)
    if error is not None:
        seen = _of_error(error, members, response)
        return replace(_translated(seen, quirks), retry_after=_pause(error, response) or wait)
    if not 200 <= response.status < 300:  # noqa: PLR2004  # HTTP
        return Signal(of_status(response.status) or Symptom.CLIENT_ERROR, response.status, retry_after=wait)
    return _token(_unnested(members, quirks), response, quirks)


def holds_error(response: HTTPResponse) -> bool:
    """Tell whether an answer says that something went wrong, whatever its status is (GitHub, Slack, Zoho)."""
    members = decode(response)
    return not isinstance(members, Symptom) and _error(members) is not None


def refresh_token_in(response: HTTPResponse, quirks: Quirks = STANDARD) -> SecretStr | None:
    """Give the refresh token of an answer whose access token cannot be used: it may be the only living one."""
    members = decode(response)
    if isinstance(members, Symptom) or _error(members) is not None:
        return None
    return _refresh_token(_unnested(members, quirks))


def _without_members(status: int, symptom: Symptom) -> Symptom:
    """Prefer what the status says to what the body is, but for an empty refusal, which is one."""
    if symptom is Symptom.EMPTY and status in (400, 401, 403):
        return symptom
    return of_status(status) or symptom


def of_status(status: int) -> Symptom | None:
    """Say what a status alone tells, if anything."""
    if 300 <= status < 400:  # noqa: PLR2004  # HTTP
        return Symptom.REDIRECT
    known = {
        401: Symptom.UNAUTHORIZED,
        403: Symptom.UNAUTHORIZED,
        404: Symptom.NOT_FOUND,
        405: Symptom.NOT_FOUND,
        410: Symptom.NOT_FOUND,
        429: Symptom.RATE_LIMITED,
        503: Symptom.UNAVAILABLE,
    }
    return known.get(status, Symptom.SERVER_ERROR if status >= 500 else None)  # noqa: PLR2004  # HTTP


def _error(members: Members) -> str | None:
    """Find the error code: RFC 6749's member, Slack's `ok: false`, Fitbit's list."""
    error = members.get("error")
    if isinstance(error, Mapping):
        error = error.get("code") or error.get("type") or error.get("status") or "error"
    if not error and members.get("errors") and "access_token" not in members:
        error = "error"
    if not error and members.get("ok") is False:
        error = "error"
    return str(error) if error else None


def _of_error(error: str, members: Members, response: HTTPResponse) -> Signal:
    code = error if _CODE.fullmatch(error) else None
    description = members.get("error_description")
    found = _PROVIDER_CODE.search(description) if isinstance(description, str) else None
    limited = response.status == 429 or _is_zohos_limit(error, response)  # noqa: PLR2004  # HTTP
    symptom = Symptom.RATE_LIMITED if limited else Symptom.OAUTH_ERROR
    return Signal(symptom, response.status, code, found.group() if found else None)


def _translated(seen: Signal, quirks: Quirks) -> Signal:
    """Put the standard's code in the place of the provider's own, which is kept beside it."""
    meaning = quirks.errors.get((seen.oauth_error or "").lower())
    if meaning is None:
        return seen
    return replace(seen, oauth_error=meaning, provider_code=seen.provider_code or seen.oauth_error)


def _pause(error: str, response: HTTPResponse) -> float | None:
    return ZOHO_PAUSE if _is_zohos_limit(error, response) else None


def _is_zohos_limit(error: str, response: HTTPResponse) -> bool:
    return error.lower() == "access denied" and response.status == 200  # noqa: PLR2004  # HTTP


def _unnested(members: Members, quirks: Quirks) -> Members:
    """Take the token from where the provider puts it, if there is none on top."""
    inner = members.get(quirks.nested) if quirks.nested is not None else None
    return {**members, **inner} if isinstance(inner, Mapping) and not members.get("access_token") else members


def _token(members: Members, response: HTTPResponse, quirks: Quirks) -> Token | Signal:
    token = members.get("access_token")
    if not isinstance(token, str) or not token:
        return Signal(Symptom.NO_TOKEN, response.status)
    if not _PRINTABLE.fullmatch(token) or len(token) > LONGEST_TOKEN:
        return Signal(Symptom.UNPRINTABLE_TOKEN, response.status)
    if not _is_bearer(members.get("token_type"), quirks.bearer_types):
        return Signal(Symptom.UNSUPPORTED_TOKEN_TYPE, response.status)
    return Token(
        access_token=SecretStr(token),
        token_type="Bearer",  # noqa: S106  # the name of a type
        lifetime=lifetime(members, response.headers, milliseconds=quirks.milliseconds),
        scope=_scope(members.get("scope")),
        refresh_token=_refresh_token(members),
        fields=_fields(members),
        refresh_lifetime=refresh_lifetime(members),
    )


def _refresh_token(members: Members) -> SecretStr | None:
    """Give the refresh token; what cannot be one (RFC 6749 appendix A.17), or stored, counts as none."""
    token = members.get("refresh_token")
    good = isinstance(token, str) and len(token) <= LONGEST_TOKEN and _VISIBLE.fullmatch(token) is not None
    return SecretStr(token) if isinstance(token, str) and good else None


def _is_bearer(kind: object, further: frozenset[str]) -> bool:
    """Compare in any case (RFC 6749 §5.1); some servers leave the member out."""
    return kind is None or kind == "" or (isinstance(kind, str) and kind.lower() in BEARER_TYPES | further)


def _scope(scope: object) -> tuple[str, ...] | None:
    if isinstance(scope, list):
        scope = " ".join(item for item in scope if isinstance(item, str))
    if not isinstance(scope, str):
        return None
    return tuple(part for part in split_scope(scope) if _PRINTABLE.fullmatch(part)) or None


def _fields(members: Members) -> dict[str, SecretStr]:
    """Give the scalar members as text; booleans and null are nothing a pod could want."""
    scalars = {
        name: value for name, value in members.items() if isinstance(value, _SCALAR) and not isinstance(value, bool)
    }
    return {name: SecretStr(str(value)) for name, value in scalars.items() if _is_text(str(value))}


def _is_text(value: str) -> bool:
    """Tell whether a value can be written at all: JSON can name half a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
