"""The device authorization grant before its token request (RFC 8628): the codes, and the answers to polling.

The client asks for two codes. The user enters one of them at the provider, on any device, and meanwhile the client
presents the other one at the token endpoint, again and again, until the user has decided.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_response import read_client_response
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.response_body import Members
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest, TokenRequestParameters, build_client_request

DEFAULT_INTERVAL = 5
"""Seconds between two polls where the response names none (RFC 8628 §3.2), and what `slow_down` adds (§3.5)."""

LONGEST_INTERVAL = 60
LONGEST_DEVICE_CODE = 4096
LONGEST_USER_CODE = 64
LONGEST_URI = 2048
LONGEST_LIFETIME = 86400

_DEVICE_CODE = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_DEVICE_CODE}}}")
USER_CODE = rf"[A-Za-z0-9]([A-Za-z0-9 _.-]{{0,{LONGEST_USER_CODE - 2}}}[A-Za-z0-9])?"
"""Letters and digits in groups (RFC 8628 §6.1): no sentence that a server could write into a terminal or a page."""

_USER_CODE = re.compile(USER_CODE)


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """A device authorization response (RFC 8628 §3.2): times in seconds, URIs as the server sent them.

    `complete_uri` contains the user code, so that the user need not type it.
    """

    device_code: SecretStr
    user_code: str
    verification_uri: str
    complete_uri: str | None
    lifetime: int
    interval: int


class PollAnswer(StrEnum):
    """What the token endpoint said of a user's decision (RFC 8628 §3.5)."""

    PENDING = "Pending"
    """The user has not decided yet."""
    SLOW_DOWN = "SlowDown"
    """The user has not decided yet, and the client asks too often."""
    DENIED = "Denied"
    """The user denied access."""
    EXPIRED = "Expired"
    """The device code has expired."""

    @property
    def is_undecided(self) -> bool:
        """Return whether the client polls on."""
        return self in (PollAnswer.PENDING, PollAnswer.SLOW_DOWN)


_ANSWERS = {
    "authorization_pending": PollAnswer.PENDING,
    "slow_down": PollAnswer.SLOW_DOWN,
    "access_denied": PollAnswer.DENIED,
    "authorization_declined": PollAnswer.DENIED,  # Microsoft Entra: v2-oauth2-device-code
    "expired_token": PollAnswer.EXPIRED,
}


def build_device_request(
    context: RequestContext, client: Client, endpoint: str, parameters: TokenRequestParameters
) -> TokenRequest:
    """Build the device authorization request (RFC 8628 §3.1), with the client authentication of the token endpoint.

    `client_id` is sent in any case: a server that needs no authentication here knows the client by it alone.
    """
    pairs = (
        ("client_id", client.id),
        ("scope", parameters.separator.join(parameters.scopes)),
        ("audience", parameters.audience or ""),
        *(("resource", resource) for resource in parameters.resources),
    )
    return build_client_request(context, client, endpoint, pairs)


def parse_device_response(
    response: HTTPResponse,
    endpoint: str,
    is_url: Callable[[str], bool],
    quirks: Quirks = STANDARD,
    now: float | None = None,
) -> DeviceAuthorization | Signal:
    """Parse the response of an endpoint (RFC 8628 §3.2). Google and older drafts say `verification_url`.

    `is_url` holds the links to the bounds of URLs in a spec: the user opens them, because we show them.
    """
    members = read_client_response(response, quirks, now)
    if isinstance(members, Signal):
        return members
    links = _Links(members, is_url, ("https",) if endpoint.startswith("https") else ("https", "http"))
    return _read_members(members, links) or Signal(Symptom.NO_TOKEN, response.status)


@dataclass(frozen=True, slots=True)
class _Links:
    """The links of a response. A link with the code in it counts only where its page is at the same server."""

    members: Members
    is_url: Callable[[str], bool]
    schemes: tuple[str, ...]

    def find_page(self) -> str | None:
        return self._read("verification_uri") or self._read("verification_url")

    def find_complete(self, page: str) -> str | None:
        found = self._read("verification_uri_complete") or self._read("verification_url_complete")
        return found if found is not None and urlsplit(found)[:2] == urlsplit(page)[:2] else None

    def _read(self, name: str) -> str | None:
        link = self.members.get(name)
        if not isinstance(link, str) or len(link) > LONGEST_URI or not self.is_url(link.partition("#")[0]):
            return None
        return link if urlsplit(link).scheme in self.schemes and link.isascii() and link.isprintable() else None


def _read_members(members: Members, links: _Links) -> DeviceAuthorization | None:
    device_code, user_code, page = members.get("device_code"), members.get("user_code"), links.find_page()
    if not isinstance(device_code, str) or not isinstance(user_code, str) or page is None:
        return None
    if not _DEVICE_CODE.fullmatch(device_code) or not _USER_CODE.fullmatch(user_code):
        return None
    lifetime = _read_seconds(members.get("expires_in"), LONGEST_LIFETIME) or LONGEST_LIFETIME
    interval = _read_seconds(members.get("interval"), LONGEST_INTERVAL) or DEFAULT_INTERVAL
    complete = links.find_complete(page)
    return DeviceAuthorization(SecretStr(device_code), user_code, page, complete, lifetime, interval)


def _read_seconds(value: object, most: int) -> int | None:
    """Read a number of seconds, also as a text; `None` for what is none."""
    try:
        seconds = int(float(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0
    except (ValueError, OverflowError):
        return None
    return min(seconds, most) if seconds > 0 else None


def read_poll_answer(signal: Signal) -> PollAnswer | None:
    """Return what a poll said of the user's decision; `None` for any other failure."""
    return _ANSWERS.get((signal.oauth_error or "").lower())


def next_interval(interval: int, answer: PollAnswer) -> int:
    """Return the interval after an answer, in seconds: `slow_down` lengthens it by five for all later polls (§3.5)."""
    slower = interval + DEFAULT_INTERVAL if answer is PollAnswer.SLOW_DOWN else interval
    return min(slower, LONGEST_INTERVAL)
