"""A name server on loopback, and the system's resolver pointed at it.

The resolver of glibc takes its name servers from a file that belongs to the machine. What it has read is a structure of
each thread (resolv(3): `_res`), whose name servers a program may replace, with their port. So no privilege is needed.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

from oauth_connector.net.resolver import look_up

_HEADER = struct.Struct("!6H")
_RESPONSE = 0x8180
"""Flags of a response of a recursive server (RFC 1035 §4.1.1)."""


class NameServerBehavior(Enum):
    """What the server answers: a response code of RFC 1035 §4.1.1 and a number of addresses, or nothing at all."""

    ADDRESS = (0, 1)
    NO_DATA = (0, 0)
    """The name exists without an address (RFC 2308 §2.2)."""
    SERVFAIL = (2, 0)
    NXDOMAIN = (3, 0)
    REFUSED = (5, 0)
    SILENT = None


class NameServer(asyncio.DatagramProtocol):
    """The server: its behavior, its socket, its port, and the number of questions that it received."""

    def __init__(self, behavior: NameServerBehavior, listening: socket.socket) -> None:
        self._behavior = behavior
        self._socket = listening
        self.port: int = listening.getsockname()[1]
        self.questions = 0

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer a question: with 127.0.0.1, or with the response code."""
        self.questions += 1
        if self._behavior.value is not None:
            self._socket.sendto(_answer(data, *self._behavior.value), addr)


def _answer(question: bytes, code: int, addresses: int) -> bytes:
    number, _, count, *_ = _HEADER.unpack_from(question)
    end = question.index(b"\0", _HEADER.size) + 5
    answers = addresses if question[end - 4 : end - 2] == b"\0\1" else 0  # only for the type A
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("127.0.0.1")
    head = _HEADER.pack(number, _RESPONSE | code, count, answers, 0, 0)
    return head + question[_HEADER.size : end] + record * answers


@asynccontextmanager
async def serve_names(behavior: NameServerBehavior) -> AsyncIterator[NameServer]:
    """Serve on a free port of 127.0.0.1, by UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.settimeout(0)
        listening.bind(("127.0.0.1", 0))
        server = NameServer(behavior, listening)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, sock=listening)
        try:
            yield server
        finally:
            transport.close()


class _ServerAddress(ctypes.Structure):
    """`struct sockaddr_in`."""

    _fields_ = (
        ("family", ctypes.c_uint16),
        ("port", ctypes.c_uint16),
        ("address", ctypes.c_uint8 * 4),
        ("zero", ctypes.c_uint8 * 8),
    )


class _ResolverState(ctypes.Structure):
    """The beginning of `struct __res_state` (bits/types/res_state.h)."""

    _fields_ = (
        ("retrans", ctypes.c_int),
        ("retry", ctypes.c_int),
        ("options", ctypes.c_ulong),
        ("nscount", ctypes.c_int),
        ("nsaddr_list", _ServerAddress * 3),
    )


def look_up_at(server: NameServer) -> Callable[[str], Sequence[tuple[Any, ...]]]:
    """Return the look-up of the operator, pointed at a name server; it asks once and waits for a second."""
    libc = ctypes.CDLL(None)
    find_state = libc["__res_state"]
    find_state.restype = ctypes.POINTER(_ResolverState)

    def look_up_there(host: str) -> Sequence[tuple[Any, ...]]:
        assert libc["__res_init"]() == 0
        state = find_state().contents
        state.retrans, state.retry, state.nscount = 1, 1, 1
        state.nsaddr_list[0] = _ServerAddress(
            socket.AF_INET, socket.htons(server.port), (ctypes.c_uint8 * 4)(127, 0, 0, 1)
        )
        return look_up(host)

    return look_up_there
