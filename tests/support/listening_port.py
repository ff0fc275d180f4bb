"""The port that a process has bound itself: no other process can take it before."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from oauth_connector.kubectl_plugin.loopback_port import list_listening_sockets


def find_listening_port(pid: int) -> int | None:
    """Return the TCP port on which a process listens, if there is one."""
    own = set(_list_files(pid))
    return next((port for socket, port in list_listening_sockets() if socket in own), None)


def _list_files(pid: int) -> Iterator[str]:
    with suppress(OSError):  # it has ended
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # it has closed this one meanwhile
                yield str(link.readlink())
