"""The browser's part of the authorization code grant: the link out, and what comes back.

RFC 6749 §4.1.1 and §4.1.2, RFC 7636 (PKCE), RFC 8707 (resources), RFC 9207 (`iss`).
"""

import base64
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

from pydantic import SecretStr

LONGEST_CODE = 4096
LONGEST_PARAMETER = 2048
_ERROR = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,64}")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")

RESERVED_PARAMETERS = frozenset(
    {
        "response_type",
        "response_mode",
        "client_id",
        "client_secret",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "audience",
        "resource",
        "request",
        "request_uri",
    }
)
"""Parameters of the authorization request that have a field of their own, or would change what comes back."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the link says, but for `state`, which belongs to one browser. `scope` is as it stands on the wire."""

    endpoint: str
    client_id: str
    redirect_uri: str
    scope: str = ""
    code_challenge: str | None = None
    parameters: Sequence[tuple[str, str]] = ()

    def url(self, state: str) -> str:
        """Give the link; a query that the endpoint has of its own is kept, but for what is ours to say (RFC 6749 §3.1).

        No parameter may come twice, and many servers take the first: a client, a scope or a challenge in the endpoint's
        query would count, and the person would have been shown others.
        """
        pairs = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scope),
            ("state", state),
            ("code_challenge", self.code_challenge or ""),
            ("code_challenge_method", "S256" if self.code_challenge else ""),
            *self.parameters,
        ]
        parts = urlsplit(self.endpoint)
        ours = RESERVED_PARAMETERS | {name for name, _ in pairs}
        kept = [part for part in parts.query.split("&") if part and unquote_plus(part.partition("=")[0]) not in ours]
        query = "&".join((*kept, urlencode([(name, value) for name, value in pairs if value])))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def challenge(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Flaw(StrEnum):
    """What is wrong with a redirect that cannot be gone on with."""

    DUPLICATE_PARAMETER = "DuplicateParameter"
    TOO_LONG = "TooLong"
    CODE_AND_ERROR = "CodeAndError"
    NEITHER = "Neither"
    ISSUER_MISMATCH = "IssuerMismatch"
    ISSUER_MISSING = "IssuerMissing"


@dataclass(frozen=True, slots=True)
class Granted:
    """The provider sent a code; `extra` are the parameters that were asked to be kept."""

    code: SecretStr
    iss: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Denied:
    """The provider, or the person, said no; `error` is a code of RFC 6749 §4.1.2.1, or `error` where it has no form."""

    error: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """What is known of the issuer that must have answered: its identifier, and whether it always names itself."""

    identifier: str | None = None
    required: bool = False


def parse_redirect(
    pairs: Iterable[tuple[str, str]], issuer: Issuer, keep: Collection[str] = ()
) -> Granted | Denied | Flaw:
    """Understand the query of a redirect, `state` apart. `iss` counts for errors too (RFC 9207 §2.4)."""
    given = list(pairs)
    members = dict(given)
    flaw = _flaw(given, members) or _of_issuer(members.get("iss"), issuer)
    if flaw is not None:
        return flaw
    if "error" in members:
        return Denied(members["error"] if _ERROR.fullmatch(members["error"]) else "error")
    extra = {name: members[name] for name in keep if name in members}
    return Granted(SecretStr(members["code"]), members.get("iss"), extra)


def _flaw(given: Sequence[tuple[str, str]], members: Mapping[str, str]) -> Flaw | None:
    if len(members) != len(given):
        return Flaw.DUPLICATE_PARAMETER
    if any(len(value) > (LONGEST_CODE if name == "code" else LONGEST_PARAMETER) for name, value in given):
        return Flaw.TOO_LONG
    if "code" in members and "error" in members:
        return Flaw.CODE_AND_ERROR
    code = members.get("code", "")
    return None if "error" in members or _PRINTABLE.fullmatch(code) else Flaw.NEITHER


def _of_issuer(iss: str | None, issuer: Issuer) -> Flaw | None:
    if iss is None:
        return Flaw.ISSUER_MISSING if issuer.required else None
    return Flaw.ISSUER_MISMATCH if issuer.identifier is not None and iss != issuer.identifier else None
