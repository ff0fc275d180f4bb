"""Token responses (RFC 6749 §5.1, §5.2): a token, or a signal that reports what was received instead.

No bytes raise an exception, and no text of the provider leaves this module except codes of known shape.
"""

import re
from dataclasses import replace

from pydantic import SecretStr

from oauth_connector.oauth.content_coding import decode_text, decompress
from oauth_connector.oauth.error_codes import find_error, find_pause, find_sentence
from oauth_connector.oauth.lifetimes import read_lifetime, read_refresh_lifetime
from oauth_connector.oauth.placement import place_members
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.response_body import Members, decode_body
from oauth_connector.oauth.response_secrets import ResponseSecrets, find_secrets
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.salvage import LONGEST_TOKEN, read_refresh_token
from oauth_connector.oauth.secret_names import is_refresh_token_type
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import NO_ACCESS_TOKEN, HTTPResponse, Token
from oauth_connector.oauth.token_request import split_scope

BEARER_TYPES = frozenset({"bearer", "bearertoken", "jwtbearer", "useraccesstoken", "applicationaccesstoken", "na"})
"""Token types that are sent as bearer tokens, by their letters: RFC 6750, Apigee, Azure DevOps, eBay, RFC 8693 §2.2.1.

Others mean another header, or a proof of possession: `mac`, `DPoP`.
"""

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_PROVIDER_CODE = re.compile(r"\bAAD(?:STS|B2C)\d{4,7}\b")
"""Microsoft Entra ID, and Azure AD B2C: learn.microsoft.com/azure/active-directory-b2c/error-codes."""
_SCALAR = (str, int, float)

LONGEST_FIELD = 16 * 1024
"""Bytes of a member that is kept, at most: 16 of them fit into a Secret together with the tokens."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,512}")
"""A scope (RFC 6749 §3.3)."""

MOST_NAMES = 64
MOST_ITEMS = 1000
"""Items of a list of scopes."""
_NAME = re.compile(r"[\w.:/\-]{1,128}")


def parse_token_response(
    response: HTTPResponse,
    quirks: Quirks = STANDARD,
    now: float | None = None,
    wanted: frozenset[str] | None = None,
) -> Token | Signal:
    """Parse a token response (RFC 6749 §5). A known `error` counts with any status, also 200 (GitHub, Slack, Zoho).

    Of the other members only the `wanted` ones are kept, or all where that is `None`.
    `now`, in seconds since the epoch, replaces the `Date` of a response that has none. A response that the connection
    did not bring whole counts as lost, unless token or error have arrived whole.
    """
    result = _parse(response, quirks, now)
    is_read = isinstance(result, Token) or result.symptom is Symptom.OAUTH_ERROR
    lost = response.interruption if not is_read else None
    if lost is not None:
        return Signal(lost, sent=True)
    return _keep_wanted(result, wanted) if isinstance(result, Token) and wanted is not None else result


def _keep_wanted(token: Token, wanted: frozenset[str]) -> Token:
    return replace(token, fields={name: value for name, value in token.fields.items() if name in wanted})


def _parse(response: HTTPResponse, quirks: Quirks, now: float | None) -> Token | Signal:
    members = decode_body(response)
    limited = response.status == 429  # noqa: PLR2004  # HTTP
    wait = read_retry_after(response.headers, now, limited=limited) if response.status >= 400 else None  # noqa: PLR2004  # HTTP
    if isinstance(members, Symptom):
        said = _read_sentence(response) if members is Symptom.NOT_JSON and 400 <= response.status < 500 else None  # noqa: PLR2004  # HTTP
        if said is not None and response.status != 429:  # noqa: PLR2004  # HTTP
            return Signal(Symptom.OAUTH_ERROR, response.status, said)
        return Signal(_prefer_status(response.status, members), response.status, retry_after=wait)
    if (pause := find_pause(members, response.status, quirks)) is not None:
        return Signal(Symptom.RATE_LIMITED, response.status, retry_after=pause)
    error = find_error(members, response.status, quirks)
    if error is not None:
        return replace(_build_error_signal(error, members, response, quirks), retry_after=wait)
    if not 200 <= response.status < 300:  # noqa: PLR2004  # HTTP
        return Signal(classify_status(response.status) or Symptom.CLIENT_ERROR, response.status, retry_after=wait)
    placed = place_members(members, quirks)
    secrets = find_secrets(members, placed, quirks)
    symptom = _find_obstacle(placed, secrets, quirks)
    return Signal(symptom, response.status) if symptom else _build_token(placed, response, quirks, now, secrets)


def _read_sentence(response: HTTPResponse) -> str | None:
    """Read the code at the beginning of a refusal that is one sentence, such as that of Keyrock."""
    return find_sentence(decode_text(decompress(response.body, response.headers)[0]))


def has_error(response: HTTPResponse) -> bool:
    """Return whether a response reports an error (RFC 6749 §5.2), with any status (GitHub, Slack, Zoho)."""
    members = decode_body(response)
    return not isinstance(members, Symptom) and find_error(members, response.status) is not None


def _prefer_status(status: int, symptom: Symptom) -> Symptom:
    """Prefer what the status means to the state of the body, except for an empty refusal."""
    if symptom is Symptom.EMPTY and status in (400, 401, 403):
        return symptom
    return classify_status(status) or symptom


def _build_error_signal(error: str, members: Members, response: HTTPResponse, quirks: Quirks) -> Signal:
    """Build the signal of an error; a code of the provider becomes that of the standard, and is kept beside it."""
    description = members.get("error_description")
    found = _PROVIDER_CODE.search(description) if isinstance(description, str) else None
    meaning = quirks.errors.get(error)
    provider_code = found.group() if found else error if meaning is not None else None
    symptom = Symptom.RATE_LIMITED if response.status == 429 else Symptom.OAUTH_ERROR  # noqa: PLR2004  # HTTP
    return Signal(symptom, response.status, meaning or error, provider_code)


def _find_obstacle(members: Members, secrets: ResponseSecrets, quirks: Quirks) -> Symptom | None:
    """Return why a response has no usable access token. A refresh token is never one, also by its type (RFC 8693)."""
    token = members.get("access_token")
    if not isinstance(token, str) or not token or token in secrets.refresh:
        return Symptom.NO_TOKEN
    if not _PRINTABLE.fullmatch(token) or len(token) > LONGEST_TOKEN:
        return Symptom.UNPRINTABLE_TOKEN
    is_usable = _is_bearer(members.get("token_type"), quirks.bearer_types)
    is_refresh_token = is_refresh_token_type(members.get("issued_token_type"))
    return None if is_usable and not is_refresh_token else Symptom.UNSUPPORTED_TOKEN_TYPE


def _build_token(
    members: Members, response: HTTPResponse, quirks: Quirks, now: float | None, secrets: ResponseSecrets
) -> Token:
    fields = _read_fields(members)
    lifetime = read_lifetime(members, response.headers, now, quirks)
    return Token(
        access_token=SecretStr(str(members["access_token"])),
        token_type=NO_ACCESS_TOKEN if members.get("token_type") == NO_ACCESS_TOKEN else "Bearer",
        lifetime=lifetime.seconds if lifetime is not None else None,
        scope=_read_scope(members.get("scope"), secrets),
        refresh_token=read_refresh_token(members),
        fields={name: each for name, each in fields.items() if secrets.may_be_field(name, each.get_secret_value())},
        refresh_lifetime=read_refresh_lifetime(members, response.headers, now),
        lifetime_source=lifetime.source if lifetime is not None else None,
        offered=tuple(sorted(name for name in fields if _NAME.fullmatch(name)))[:MOST_NAMES],
    )


def _is_bearer(kind: object, further: frozenset[str]) -> bool:
    """Compare in any case (RFC 6749 §5.1), and letters only; some servers leave the member out."""
    if not isinstance(kind, str):
        return kind is None
    name = re.sub("[^a-z]", "", kind.lower())
    return not kind.strip() or name in BEARER_TYPES | further


def _read_scope(scope: object, secrets: ResponseSecrets) -> tuple[str, ...] | None:
    """Read the granted scopes. Status shows them, so that no value with a secret of the response in it is one.

    A value that is no scope by its form (RFC 6749 §3.3) is left out: a spec may name any place of a response.
    """
    if isinstance(scope, list) and len(scope) <= MOST_ITEMS:
        scope = " ".join(item for item in scope if isinstance(item, str) and not secrets.is_shown_by(item))
    if not isinstance(scope, str) or len(scope) > LONGEST_FIELD or secrets.has_value(scope):
        return None
    parts = split_scope(scope)
    return tuple(part for part in parts if _SCOPE.fullmatch(part) and not secrets.is_shown_by(part)) or None


def _read_fields(members: Members) -> dict[str, SecretStr]:
    """Read the scalar members as text, of bounded size; booleans and null are of no use to a Pod."""
    scalars = {
        name: value for name, value in members.items() if isinstance(value, _SCALAR) and not isinstance(value, bool)
    }
    return {name: SecretStr(str(value)) for name, value in scalars.items() if _may_be_kept(str(value))}


def _may_be_kept(value: str) -> bool:
    """Return whether a value is short and can be encoded: JSON can contain an unpaired surrogate (RFC 8259 §8.2)."""
    try:
        return len(value.encode()) <= LONGEST_FIELD
    except UnicodeEncodeError:
        return False
