"""Write a response to a connection, unchanged or with a fault."""

import asyncio
import struct
from asyncio import StreamWriter
from dataclasses import replace
from socket import SO_LINGER, SOL_SOCKET

from tests.support.faults import Drip, Endless, Pass, Replace, ResetAfter, Truncate
from tests.support.http_messages import Response, head

AT_ONCE = struct.pack("ii", 1, 0)  # lingering for no time: closing sends a reset in place of the orderly end

AfterAnswer = Pass | Replace | ResetAfter | Truncate | Drip


def reset(writer: StreamWriter) -> None:
    """Break a connection, so that the other side reads a reset."""
    if connection := writer.get_extra_info("socket"):
        connection.setsockopt(SOL_SOCKET, SO_LINGER, AT_ONCE)
    writer.transport.abort()


def write(response: Response, writer: StreamWriter) -> None:
    """Send a response unchanged."""
    writer.write(head(response) + response.body)


async def write_with_fault(fault: AfterAnswer, response: Response, writer: StreamWriter) -> None:
    """Send the server's response with a fault."""
    match fault:
        case Pass():
            write(response, writer)
        case Replace(body, headers):
            write(replace(response, headers={**response.headers, **headers}, body=body), writer)
        case ResetAfter():
            reset(writer)
        case Truncate(keep):
            writer.write(head(response) + response.body[:keep])
            writer.close()
        case Drip():
            await _drip(fault, response, writer)


async def _drip(fault: Drip, response: Response, writer: StreamWriter) -> None:
    writer.write(head(response))
    for start in range(0, len(response.body), fault.size):
        writer.write(response.body[start : start + fault.size])
        await writer.drain()
        await asyncio.sleep(fault.every)


async def endless(fault: Endless, writer: StreamWriter) -> None:
    """Send a body without end until the client closes; raises ConnectionError then."""
    writer.write(head(Response(200, {"content-type": "application/json"}, b""), "transfer-encoding: chunked"))
    while True:
        writer.write(b"%x\r\n%b\r\n" % (len(fault.piece), fault.piece))
        await writer.drain()
