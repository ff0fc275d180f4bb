"""The browser's part of the authorization code grant: the authorization request and the redirect.

RFC 6749 §4.1.1 and §4.1.2, RFC 7636 (PKCE), RFC 8707 (resources), RFC 9207 (`iss`).
"""

import base64
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import SecretStr

from oauth_connector.oauth.reserved_parameters import drop_reserved_parameters

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
"""Parameters of the authorization request that have a field of their own, or would change the redirect."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request (RFC 6749 §4.1.1) without `state`, which belongs to one browser.

    `scope` is written as it is sent. `names` are the provider's own names of parameters; one
    whose name is empty is not sent.
    """

    endpoint: str
    client_id: str
    redirect_uri: str
    scope: str = ""
    code_challenge: str | None = None
    parameters: Sequence[tuple[str, str]] = ()
    code_challenge_method: str = "S256"
    names: Mapping[str, str] = field(default_factory=dict)

    def build_url(self, state: str) -> str:
        """Build the URL; a query of the endpoint is kept, except for reserved parameters (RFC 6749 §3.1).

        No parameter may occur twice, and many servers read the first: a client, a scope or a challenge in the query of
        the endpoint would count, although the user was shown others.
        """
        return self._build_url(self.list_parameters(state))

    def build_pushed_url(self, request_uri: str) -> str:
        """Build the URL of a request that was pushed (RFC 9126 §4): everything else is at the server."""
        client = self.names.get("client_id", "client_id")
        return self._build_url([(client, self.client_id), ("request_uri", request_uri)])

    def list_parameters(self, state: str) -> list[tuple[str, str]]:
        """List the parameters under the names of the provider: those of the URL, or of a pushed request."""
        return [(name, value) for name, value in self._name_parameters(state) if name and value]

    def _build_url(self, pairs: Sequence[tuple[str, str]]) -> str:
        taken = {name for name, _ in self._name_parameters("")}
        endpoint = drop_reserved_parameters(self.endpoint, RESERVED_PARAMETERS | taken)
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(pairs)}"

    def _name_parameters(self, state: str) -> list[tuple[str, str]]:
        own = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scope),
            ("state", state),
            ("code_challenge", self.code_challenge or ""),
            ("code_challenge_method", self.code_challenge_method if self.code_challenge else ""),
            *self.parameters,
        ]
        return [(self.names.get(name, name), value) for name, value in own]


def compute_challenge(verifier: str) -> str:
    """Return the S256 code challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


ACCESS_DENIED = "access_denied"
"""The error code with which the user, or the authorization server, denied the request (RFC 6749 §4.1.2.1)."""


class RedirectFlaw(StrEnum):
    """Why a redirect cannot be used (RFC 6749 §4.1.2, RFC 9207 §2.4)."""

    DUPLICATE_PARAMETER = "DuplicateParameter"
    TOO_LONG = "TooLong"
    CODE_AND_ERROR = "CodeAndError"
    NEITHER = "Neither"
    ISSUER_MISMATCH = "IssuerMismatch"
    ISSUER_MISSING = "IssuerMissing"


@dataclass(frozen=True, slots=True)
class AuthorizationGranted:
    """The redirect contains a code (RFC 6749 §4.1.2); `extra` are the further parameters that the caller wants."""

    code: SecretStr
    iss: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuthorizationDenied:
    """The provider or the user denied the request; `error` is a code of RFC 6749 §4.1.2.1, or `error`."""

    error: str


@dataclass(frozen=True, slots=True)
class ExpectedIssuer:
    """The issuer that must have sent the redirect: its identifier, and whether it always sends `iss` (RFC 9207 §3)."""

    identifier: str | None = None
    required: bool = False


def parse_redirect(
    pairs: Iterable[tuple[str, str]], issuer: ExpectedIssuer, keep: Collection[str] = ()
) -> AuthorizationGranted | AuthorizationDenied | RedirectFlaw:
    """Parse the query of a redirect (RFC 6749 §4.1.2), without `state`. `iss` counts for errors too (RFC 9207 §2.4)."""
    given = list(pairs)
    members = dict(given)
    flaw = _find_flaw(given, members) or _check_issuer(members.get("iss"), issuer)
    if flaw is not None:
        return flaw
    if "error" in members:
        return AuthorizationDenied(members["error"] if _ERROR.fullmatch(members["error"]) else "error")
    extra = {name: members[name] for name in keep if name in members}
    return AuthorizationGranted(SecretStr(members["code"]), members.get("iss"), extra)


def _find_flaw(given: Sequence[tuple[str, str]], members: Mapping[str, str]) -> RedirectFlaw | None:
    if len(members) != len(given):
        return RedirectFlaw.DUPLICATE_PARAMETER
    if any(len(value) > (LONGEST_CODE if name == "code" else LONGEST_PARAMETER) for name, value in given):
        return RedirectFlaw.TOO_LONG
    if "code" in members and "error" in members:
        return RedirectFlaw.CODE_AND_ERROR
    code = members.get("code", "")
    return None if "error" in members or _PRINTABLE.fullmatch(code) else RedirectFlaw.NEITHER


def _check_issuer(iss: str | None, issuer: ExpectedIssuer) -> RedirectFlaw | None:
    if iss is None:
        return RedirectFlaw.ISSUER_MISSING if issuer.required else None
    return RedirectFlaw.ISSUER_MISMATCH if issuer.identifier is not None and iss != issuer.identifier else None
