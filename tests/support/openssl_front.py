"""A TLS front of the program `openssl`, which demands client certificates and verifies them with its own code.

It is a second server side of RFC 8705, beside Node's. The program prints whose certificate it saw, or why it refused a
connection. Behind it a token endpoint answers each request. Each Debian that has ca-certificates has the program.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools.cluster.pki import Authority
from devtools.local.free_port import free_port
from tests.support.polling import eventually

_SUBJECT = re.compile(r"^depth=0 (.+)\nverify return:1$", re.MULTILINE)
_REFUSAL = re.compile(r"verify error:num=\d+:([^\n]+)|:(peer did not return a certificate):")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"


@dataclass
class OpenSSLFront:
    """A running front: its port, what the program printed, and the bodies of the requests that it let through."""

    port: int
    log: Path
    requests: list[bytes] = field(default_factory=list)

    @property
    def token_url(self) -> str:
        """Return the token endpoint."""
        return f"https://127.0.0.1:{self.port}/token"

    def read_subjects(self) -> list[str]:
        """Return the subjects of the certificates that the program accepted, in their order."""
        return _SUBJECT.findall(self.log.read_text())

    def read_refusals(self) -> list[str]:
        """Return why the program refused connections, in its words."""
        return [first or second for first, second in _REFUSAL.findall(self.log.read_text())]


@asynccontextmanager
async def openssl_front(folder: Path, authority: Authority, *options: str) -> AsyncIterator[OpenSSLFront]:
    """Run a front with a certificate of an authority, which issues those of its clients, too."""
    certificate, key = authority.server("front", ["127.0.0.1"])
    front = OpenSSLFront(free_port(), folder / "openssl.log")
    command = (
        *("openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{front.port}", *options),
        *("-cert", str(certificate), "-key", str(key)),
        *("-CAfile", str(authority.certificate), "-Verify", "1", "-verify_return_error"),
    )
    pipe = asyncio.subprocess.PIPE
    with front.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=log)
    assert process.stdin is not None
    assert process.stdout is not None
    serving = asyncio.create_task(_serve(front, process.stdout, process.stdin))
    try:
        await eventually(lambda: _is_listening(front.port))
        yield front
    finally:
        serving.cancel()
        process.kill()
        await process.wait()


async def _serve(front: OpenSSLFront, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each request: what leaves the program is what the client sent, and what enters it goes to the client."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        front.requests.append(await reader.readexactly(int(length[1]) if length else 0))
        token = {"access_token": f"token-{len(front.requests)}", "token_type": "Bearer", "expires_in": 3600}
        body = json.dumps(token).encode()
        writer.write(_HEAD % len(body) + body)
        await writer.drain()


def _is_listening(port: int) -> bool:
    """Return whether a process listens, by the table of the kernel: a connection would be one that is refused."""
    place = f":{port:04X} 00000000:0000 0A"
    return place in Path("/proc/net/tcp").read_text()
