"""The part of HTTP/1.1 (RFC 9112) that a faulty proxy needs: complete requests, and responses that may be invalid."""

from asyncio import IncompleteReadError, StreamReader
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

# The proxy frames its answers itself, and its connections are its own affair (RFC 9110 §7.6.1).
HOP_BY_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date", "server"})


FRAMING = frozenset({"connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


async def read_request(reader: StreamReader) -> Request | None:
    """Read a request with a Content-Length; return None if the client has closed."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (IncompleteReadError, ConnectionError):
        return None
    start, *lines = head.split("\r\n")
    method, target, _version = start.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


def head(response: Response, framing: str | None = None) -> bytes:
    """Return a response up to its body; the framing is the true length of the body unless given."""
    reason = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {response.status} {reason}", framing or f"content-length: {len(response.body)}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items() if name.lower() not in FRAMING]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a proxy forwards."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
