"""What nobody but its owner may ever read: gathered while a test runs, looked for in all that others can read."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr


class Kind(StrEnum):
    """What kind of secret it is; what a test says of a leak."""

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

    def keep(self, kind: Kind, value: str | None) -> None:
        """Know a secret from now on."""
        if value:
            self._known[SecretStr(value)] = kind

    def keep_redirect(self, url: str) -> None:
        """Know what a provider sent back with the browser."""
        query = parse_qs(urlsplit(url).query)
        for kind in (Kind.STATE, Kind.CODE):
            self.keep(kind, query.get(kind.value, [""])[0])

    def kinds(self) -> set[Kind]:
        """Tell what kinds were gathered: what was never seen cannot be looked for."""
        return set(self._known.values())

    def leaks(self, texts: Mapping[str, str], *but: Kind) -> list[str]:
        """Name the places where a secret can be read, and which kind it is, leaving some kinds out."""
        return [
            f"a {kind} in {place}"
            for place, text in texts.items()
            for secret, kind in self._known.items()
            if kind not in but and secret.get_secret_value() in text
        ]
