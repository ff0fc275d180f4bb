"""A token endpoint of negligible cost, so that a benchmark measures the operator.

    python -m tests.bench.provider CERTIFICATE KEY

Prints its port, and the one with TLS. A POST to `/<seconds>/<name>` returns a token with that lifetime and records the
time of arrival; one to `/rotating/<seconds>/<name>` returns also a new refresh token. A GET returns the records as
JSON, and deletes them.
"""

import asyncio
import itertools
import json
import ssl
import sys
import time
from typing import cast

import uvloop

from tests.bench.connector_kinds import HOST

_numbers = itertools.count(1)
_noted: list[tuple[str, float]] = []


class TokenEndpoint(asyncio.Protocol):
    """One connection; requests may arrive in parts, one after another."""

    def __init__(self) -> None:
        self._pieces = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Respond to each complete request."""
        self._pieces += data
        while (request := self._request()) is not None:
            method, path = request.split(b" ", 2)[:2]
            body = _token(path.decode()) if method == b"POST" else _take_records()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)

    def _request(self) -> bytes | None:
        head, found, rest = self._pieces.partition(b"\r\n\r\n")
        if not found:
            return None
        lowered = head.lower()
        start = lowered.find(b"content-length:")
        length = int(lowered[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(rest) < length:
            return None
        self._pieces = rest[length:]
        return head


def _token(path: str) -> bytes:
    *prefix, seconds, name = path.split("/")[1:]
    _noted.append((name, time.time()))
    number = next(_numbers)
    token = f"bench-{number:012d}-{'x' * 700}"  # as long as a JWT
    body = {"access_token": token, "token_type": "Bearer", "expires_in": int(seconds)}
    return json.dumps(body | ({"refresh_token": f"refresh-{number:012d}"} if prefix else {})).encode()


def _take_records() -> bytes:
    body = json.dumps(_noted).encode()
    _noted.clear()
    return body


async def main() -> None:
    """Serve until the process is terminated."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    loop = asyncio.get_running_loop()
    plain, over_tls = [await loop.create_server(TokenEndpoint, HOST, 0, ssl=tls) for tls in (None, context)]
    print(*(server.sockets[0].getsockname()[1] for server in (plain, over_tls)), flush=True)
    await asyncio.gather(plain.serve_forever(), over_tls.serve_forever())


if __name__ == "__main__":
    uvloop.run(main())
