"""Tests find the port of a process that they start by its sockets."""

import sys
from subprocess import PIPE, Popen

from tests.support.listening_port import find_listening_port

SERVER = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
    print(server.getsockname()[1], flush=True)
    input()
"""
"""Listens on a port that the kernel chooses, is also connected to it, and ends with its input."""


def test_the_port_of_a_listening_process_is_found() -> None:
    """A connected socket is not taken for it."""
    with Popen([sys.executable, "-c", SERVER], text=True, stdin=PIPE, stdout=PIPE) as process:  # noqa: S603  # this Python
        assert process.stdout is not None
        port = int(process.stdout.readline())
        assert find_listening_port(process.pid) == port
        process.communicate("\n")
    assert find_listening_port(process.pid) is None


def test_a_process_without_a_listening_socket_has_no_port() -> None:
    """As one that has not come so far."""
    with Popen([sys.executable, "-c", "input()"], stdin=PIPE) as process:
        assert find_listening_port(process.pid) is None
        process.communicate(b"\n")
