"""An exclusive port on loopback: a process that shared it could receive the response."""

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from oauth_connector.kubectl_plugin.errors import CommandFailed

ADDRESSES = {"127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "localhost": ("127.0.0.1", "::1")}
"""The addresses for each host of a redirect URI. For `localhost` a browser may use either, so both are bound."""

LISTENING = "0A"
BACKLOG = 16


def bind(host: str, port: int) -> list[socket.socket]:
    """Listen on all addresses of a host.

    Raises `CommandFailed`, which names the process that uses the port if known.
    """
    sockets: list[socket.socket] = []
    try:
        # `extend` keeps the sockets that were bound before an error
        sockets.extend(_bind_address(address, port) for address in ADDRESSES[host])
    except OSError as error:
        for bound_socket in sockets:
            bound_socket.close()
        raise CommandFailed(_explain_bind_error(error, host, port)) from None
    return sockets


def _bind_address(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound_socket = socket.socket(family, socket.SOCK_STREAM)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # Windows; elsewhere it is enough not to set SO_REUSEADDR
    if exclusive is not None:
        bound_socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
    try:
        bound_socket.bind((address, port))
        bound_socket.listen(BACKLOG)
    except OSError:
        bound_socket.close()
        raise
    bound_socket.setblocking(False)  # noqa: FBT003  # signature of the standard library
    return bound_socket


def _explain_bind_error(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRNOTAVAIL and host == "localhost":
        return (
            "This machine has no IPv6 loopback, so `localhost` cannot be bound completely. Register the redirect URI"
            " with 127.0.0.1 instead of localhost."
        )
    if error.errno != errno.EADDRINUSE:
        return f"Port {port} of {host} cannot be used: {error.strerror}."
    process_name = next(find_listening_processes(port), None)
    if process_name is None:
        return (
            f"Port {port} of the redirect URI is in use. Find the process with `lsof -i :{port}` and end it, or"
            " wait one minute if this command used the port before."
        )
    return f"Port {port} of the redirect URI is in use by {process_name}. End this process first."


def find_listening_processes(port: int) -> Iterator[str]:
    """Return the processes that listen on a port, if Linux shows them: `python3 (process 4711)`."""
    sockets = {socket for socket, bound in list_listening_sockets() if bound == port}
    for folder in Path("/proc").glob("[0-9]*/fd") if sockets else ():
        with suppress(OSError):
            if any(str(link.readlink()) in sockets for link in folder.iterdir()):
                process = folder.parent
                yield f"{(process / 'comm').read_text().strip()} (process {process.name})"


def list_listening_sockets() -> Iterator[tuple[str, int]]:
    """Return the TCP sockets that listen, as links to them appear in /proc, each with its port."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING:
                    yield f"socket:[{columns[9]}]", int(columns[1].rsplit(":", 1)[1], 16)
