"""Ports that stay ours while their server is down."""

import socket

import pytest

from devtools.local.reserved_port import reserved_port


def test_reserved_port_is_refused_to_strangers_and_open_to_its_server() -> None:
    """Only a server that shares the port may listen on it, as often as it likes."""
    with reserved_port() as port:
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
        for _ in range(2):
            with socket.socket() as server, socket.socket() as client:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("127.0.0.1", port))
                server.listen()
                client.connect(("127.0.0.1", port))
                server.accept()[0].close()


def test_reserved_port_refuses_connections_while_its_server_is_down() -> None:
    """Nobody is left waiting."""
    with reserved_port() as port, socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.1", port))
