"""Protected resource metadata (RFC 9728): which authorization servers issue tokens for a resource.

    ask without a token → the challenge names a document → else the well-known places

What a resource says is not trusted: a document is used only if it is about the URL that the user knows, and it is
fetched only from the server of that URL.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from oauth_connector.oauth.metadata_document import read_list, read_members
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

WELL_KNOWN = "/.well-known/oauth-protected-resource"

MOST_SERVERS = 16
"""The number of authorization servers of a resource that are kept."""

MOST_SCOPES = 64

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
"""A scope (RFC 6749 §3.3)."""

_PORTS = {"https": 443, "http": 80}
_LONGEST_HEADER = 8192
_PARAMETER = re.compile(r"""([A-Za-z0-9_-]{1,64})[ \t]?=[ \t]?(?:"((?:[^"\\]|\\.){0,4096})"|([^\s",]{1,4096}))""")
_BEARER = re.compile(r"(?:^|,)[ \t]*bearer[ \t]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProtectedResource:
    """The metadata of a resource (RFC 9728 §2): its identifier, its authorization servers, and the scopes to ask for.

    The scopes are those of the challenge, else all that the resource supports, as the MCP specification says.
    """

    identifier: str
    servers: tuple[str, ...]
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a response to a request without a token names (RFC 9728 §5.1, RFC 6750 §3); `None` for what it does not."""

    metadata_url: str | None = None
    scopes: tuple[str, ...] | None = None


def list_resource_urls(resource: str) -> tuple[str, ...]:
    """List the well-known places of the metadata: with the path of the resource behind them, then without (§3.1)."""
    parts = urlsplit(resource)
    paths = dict.fromkeys((f"{WELL_KNOWN}{parts.path.rstrip('/')}", WELL_KNOWN))
    return tuple(urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths)


def read_challenge(response: HTTPResponse) -> Challenge:
    """Read the challenge of a response; one without a challenge for bearer tokens names nothing."""
    header = response.headers.get("www-authenticate", "")[:_LONGEST_HEADER]
    begin = _BEARER.search(header)
    if begin is None:
        return Challenge()
    found = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(header[begin.end() :])}
    scopes = read_scopes(found["scope"].split()) if "scope" in found else None
    return Challenge(found.get("resource_metadata"), scopes)


def parse_resource(
    resource: str, response: HTTPResponse, is_issuer: Callable[[str], bool], now: float | None = None
) -> ProtectedResource | Signal:
    """Parse a metadata response; it must be about the resource (RFC 9728 §3.3).

    `is_issuer` holds the servers to the bounds of an issuer in a spec; any that fails is left out.
    """
    members = read_members(response, now)
    if isinstance(members, Signal):
        return members
    identifier = members.get("resource")
    if not isinstance(identifier, str) or not is_about(identifier, resource):
        return Signal(Symptom.RESOURCE_MISMATCH, response.status)
    servers = _read_servers(members, is_issuer)
    if not servers:
        return Signal(Symptom.NO_AUTHORIZATION_SERVER, response.status)
    return ProtectedResource(identifier, servers, read_scopes(read_list(members, "scopes_supported")))


def is_about(identifier: str, resource: str) -> bool:
    """Return whether metadata with an identifier may be used for the URL of a resource.

    Equal, but for a slash at the end; or the identifier is a parent of the URL at the same server: official SDKs let a
    server publish its origin for the endpoint `/mcp`, and their clients accept that.
    """
    try:
        own, asked = urlsplit(identifier), urlsplit(resource)
        is_same_server = _name_server(own) == _name_server(asked)
    except ValueError:
        return False
    if not is_same_server or own.query != asked.query or own.fragment or "@" in own.netloc:
        return False
    return f"{asked.path.rstrip('/')}/".startswith(f"{own.path.rstrip('/')}/")


def _name_server(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port. Raises `ValueError` for an invalid port."""
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _read_servers(members: Mapping[str, object], is_issuer: Callable[[str], bool]) -> tuple[str, ...]:
    named = read_list(members, "authorization_servers")[:MOST_SERVERS]
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str) and is_issuer(each)))


def read_scopes(values: list[object] | list[str]) -> tuple[str, ...]:
    """Return the values that are scopes, without repetitions; what is none is left out."""
    found = (each for each in values if isinstance(each, str) and _SCOPE.fullmatch(each))
    return tuple(dict.fromkeys(found))[:MOST_SCOPES]
