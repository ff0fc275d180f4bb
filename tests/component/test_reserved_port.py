"""A port stays reserved while its server is stopped."""

import socket

import pytest

from devtools.local.reserved_port import reserved_port


def test_only_the_server_can_listen_on_a_reserved_port() -> None:
    """A server that shares the port may listen on it repeatedly; other processes may not."""
    with reserved_port() as port:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        for _ in range(2):
            with socket.socket() as server, socket.socket() as client:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("127.0.0.1", port))
                server.listen()
                client.connect(("127.0.0.1", port))
                server.accept()[0].close()


def test_a_reserved_port_refuses_connections_while_its_server_is_stopped() -> None:
    """No client waits for a response."""
    with reserved_port() as port, socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.1", port))
