"""The port that a process has bound itself: no other process can take it before."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def find_listening_port(pid: int) -> int | None:
    """Return the TCP port of IPv4 on which a process listens, if there is one."""
    with suppress(OSError):  # it has ended
        own = set(_list_sockets(pid))
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and fields[9] in own:
                return int(fields[1].rpartition(":")[2], 16)
    return None


def _list_sockets(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # it has closed this one meanwhile
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink())):
                yield found.group(1)
