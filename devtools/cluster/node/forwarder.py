"""Forward a loopback port to the API server in the network of a node: `forwarder.py PORT PID ADDRESS PORT`.

The node is connected to no network of the machine. The listening socket stays in the network in which it was created,
while this process enters that of the node.
"""

import asyncio
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000
CHUNK = 65536


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a loopback port, which another socket of this user may have reserved."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def enter_network(pid: int) -> None:
    """Enter the network namespace of a process. Raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)


async def forward(listener: socket.socket, address: str, port: int) -> None:
    """Forward each connection, until the process is terminated."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(address, port)
        except OSError:
            writer.close()
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_copy(reader, far_writer))
            tasks.create_task(_copy(far_reader, writer))

    async with await asyncio.start_server(serve, sock=listener) as server:
        await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one side has closed the connection; the other one is closed below
    finally:
        writer.close()


def main(port: str, pid: str, address: str, far_port: str) -> None:
    """Listen, enter the network of the node, and forward."""
    listener = listen(int(port))
    enter_network(int(pid))
    asyncio.run(forward(listener, address, int(far_port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
