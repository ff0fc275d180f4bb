"""Free ports on loopback."""

import random
import socket

_PORTS = range(20_000, 30_000)
"""Below those that a kernel gives to connections, and to servers that ask for any port: none takes one meanwhile."""


def free_port() -> int:
    """Return a port that no process listens on, for a server that needs its port before it starts."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
