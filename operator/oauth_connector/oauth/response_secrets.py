"""Which values of a token response are secret: only the access token is published, and only as the access token.

A spec says where the values of a response stand, and which members are published. So it could name another token of the
response as the access token, as the scope, or as a member for Pods.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from oauth_connector.oauth.json_pointer import find_value
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.response_body import Members
from oauth_connector.oauth.salvage import is_masked, walk_members, walk_pairs
from oauth_connector.oauth.secret_names import ID_TOKEN, REFRESH_TOKEN

_OWN_NAMES = frozenset({"id_token"})
"""Members that may be published under their own name: Pods may receive an ID token, which names a user."""


_SECRET_NAME = re.compile(
    "(token|secret|password|passwd|passphrase|pin|otp|credentials?|assertion|ticket|cookie|jwt|nonce|"
    "(api|access|auth|client|private|secret|session|shared|signing|subscription)key)$"
)
"""How names of members end whose values are not shown: `sessionKey`, `api_key`, `client-secret`."""

SHORTEST = 8
"""Characters of a secret that is searched in other values. A shorter one is found by chance."""

SHORTEST_PART = 16
"""Characters of a value that is searched in secrets."""


MOST_SEARCHED = 64
"""Secrets of a response that are searched in other values."""


@dataclass(frozen=True, slots=True)
class ResponseSecrets:
    """The tokens of a response by their values: `refresh` are the refresh tokens, `others` the further ones.

    `named` are the values of all members that have the name of a secret, in a response with granted scopes.
    `has_too_many`: there are more of them than are searched in other values.
    """

    refresh: frozenset[str]
    others: frozenset[str]
    named: frozenset[str] = frozenset()
    has_too_many: bool = False

    def has_value(self, value: object) -> bool:
        """Return whether a value is one of the tokens."""
        written = _write(value)
        return written in self.refresh or written in self.others

    def is_shown_by(self, value: str) -> bool:
        """Return whether a value is a secret of the response, contains one, or is a part of one.

        A response with very many secrets is none that a provider sends, and a search in all of them would take seconds.
        """
        return self.has_too_many or is_revealing(value, (*self.refresh, *self.others, *self.named))

    def may_be_field(self, name: str, value: str) -> bool:
        """Return whether a member may be published."""
        return value not in self.refresh and (name in _OWN_NAMES or value not in self.others)


def find_secrets(members: Members, placed: Members, quirks: Quirks) -> ResponseSecrets:
    """Find the tokens of a response: `members` as they were received, `placed` as RFC 6749 §5.1 has them.

    Where the access token is its own refresh token (Instagram), it is no refresh token here: it must be published.
    """
    places = quirks.places
    named = find_value(members, places.refresh_token)
    is_own = named is not None and places.refresh_token == (places.access_token or "/access_token")
    refresh = [*walk_members(members, REFRESH_TOKEN), None if is_own else placed.get("refresh_token")]
    others = [placed.get("access_token"), *walk_members(members, ID_TOKEN)]
    secret = (value for name, value in walk_pairs(members) if _is_secret_name(str(name)))
    named = [*islice(secret, MOST_SEARCHED + 1)] if placed.get("scope") is not None else []
    has_too_many = len(refresh) + len(others) + len(named) > MOST_SEARCHED
    return ResponseSecrets(_select(refresh), _select(others), _select(named), has_too_many=has_too_many)


def is_revealing(value: str, secrets: Iterable[str]) -> bool:
    """Return whether a value is one of the secrets, contains one, or is a part of one."""
    return any(
        value == secret
        or (len(secret) >= SHORTEST and secret in value)
        or (len(value) >= SHORTEST_PART and value in secret)
        for secret in secrets
    )


def _is_secret_name(name: str) -> bool:
    letters = re.sub("[^a-z]", "", name.lower()[:128])
    return _SECRET_NAME.search(letters) is not None


def _select(values: list[object]) -> frozenset[str]:
    written = (_write(value) for value in values)
    return frozenset(value for value in written if value and not is_masked(value))


def _write(value: object) -> str:
    """Return a value as it would be published; what is neither text nor number is empty."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
