"""Tests find the port of a process that they start by its sockets."""

import os
import socket

from tests.support.listening_port import find_listening_port


def test_the_port_of_a_listening_process_is_found() -> None:
    """The kernel has chosen it, and a connected socket is not taken for it."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert find_listening_port(os.getpid()) == server.getsockname()[1]


def test_a_process_without_a_listening_socket_has_no_port() -> None:
    """As one that has not come so far, or has ended."""
    assert find_listening_port(os.getpid()) is None
    assert find_listening_port(2**22 + 1) is None
