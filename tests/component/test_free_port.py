"""Ports for servers that need their port before they start."""

import socket

from devtools.local.free_port import free_port

FIRST_OF_KERNEL = 32_768
"""The first port that Linux gives to a connection, by default."""


def test_a_free_port_is_not_one_that_the_kernel_chooses() -> None:
    """Between the choice and the start of the server, neither a connection nor another server takes it."""
    assert max(free_port() for _ in range(200)) < FIRST_OF_KERNEL


def test_a_server_can_listen_on_a_free_port() -> None:
    """Each call finds another one, as long as the server listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()
        assert free_port() != server.getsockname()[1]
