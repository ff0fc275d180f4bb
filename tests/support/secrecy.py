"""Secrets that a test collects while it runs, to search for them in everything that others can read."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr


class Kind(StrEnum):
    """The kind of a secret, for the message of a leak."""

    TICKET = "ticket"
    STATE = "state"
    CODE = "code"
    CONFIRMATION = "confirmation code"
    ACCESS_TOKEN = "access token"
    REFRESH_TOKEN = "refresh token"
    CLIENT_SECRET = "client secret"
    PASSWORD = "password"


class Secrecy:
    """The secrets of one test."""

    def __init__(self) -> None:
        self._known: dict[SecretStr, Kind] = {}

    def add(self, kind: Kind, value: str | None) -> None:
        """Add a secret."""
        if value:
            self._known[SecretStr(value)] = kind

    def add_redirect(self, url: str) -> None:
        """Add the secrets of a provider's redirect."""
        query = parse_qs(urlsplit(url).query)
        for kind in (Kind.STATE, Kind.CODE):
            self.add(kind, query.get(kind.value, [""])[0])

    def kinds(self) -> set[Kind]:
        """Return the kinds that were collected; a test checks that none is missing."""
        return set(self._known.values())

    def leaks(self, texts: Mapping[str, str], *but: Kind) -> list[str]:
        """Return the places where a secret can be read, with its kind; some kinds can be excluded."""
        return [
            f"a {kind} in {place}"
            for place, text in texts.items()
            for secret, kind in self._known.items()
            if kind not in but and secret.get_secret_value() in text
        ]
