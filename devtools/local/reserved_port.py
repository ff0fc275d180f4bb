"""A loopback port that stays reserved while a server on it stops and starts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Keep a port bound without listening on it; a server of the same user may listen with SO_REUSEPORT."""
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reservation.bind(("127.0.0.1", 0))
        yield int(reservation.getsockname()[1])
