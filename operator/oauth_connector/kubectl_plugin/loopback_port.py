"""A port of loopback for ourselves alone: nobody may share it, or they could take what the browser brings."""

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from oauth_connector.kubectl_plugin.errors import CommandFailed

ADDRESSES = {"127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "localhost": ("127.0.0.1", "::1")}
"""What is bound for each host of a redirect URI: a browser takes either for `localhost`, so both or none."""

LISTENING = "0A"
BACKLOG = 16


def bind(host: str, port: int) -> list[socket.socket]:
    """Listen on all addresses of a host. Raises `CommandFailed`, which names the program that has the port if known."""
    sockets: list[socket.socket] = []
    try:
        sockets.extend(
            _bind_address(address, port) for address in ADDRESSES[host]
        )  # what was bound before a refusal stays in
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
    bound_socket.setblocking(False)  # noqa: FBT003  # the standard library's own
    return bound_socket


def _explain_bind_error(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRNOTAVAIL and host == "localhost":
        return (
            "This machine has no IPv6 loopback, so that `localhost` cannot be had whole: register the redirect URI with"
            " 127.0.0.1 in place of localhost."
        )
    if error.errno != errno.EADDRINUSE:
        return f"Port {port} of {host} cannot be listened on: {error.strerror}."
    process_name = next(find_listening_processes(port), None)
    if process_name is None:
        return (
            f"Port {port}, to which the browser will come back, is taken: `lsof -i :{port}` names the program. End it,"
            " or wait a minute where this command had it last."
        )
    return f"Port {port}, to which the browser will come back, is taken by {process_name}: end that program first."


def find_listening_processes(port: int) -> Iterator[str]:
    """Name the processes that listen on a port, as far as Linux lets us see them: `python3 (process 4711)`."""
    inodes = {f"socket:[{inode}]" for inode in _inodes(port)}
    for folder in Path("/proc").glob("[0-9]*/fd") if inodes else ():
        with suppress(OSError):
            if any(str(link.readlink()) in inodes for link in folder.iterdir()):
                process = folder.parent
                yield f"{(process / 'comm').read_text().strip()} (process {process.name})"


def _inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING and int(columns[1].rsplit(":", 1)[1], 16) == port:
                    yield columns[9]
