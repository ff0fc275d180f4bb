"""An agent: the client of the MCP SDK, with a header that another process keeps valid.

Each line of the input is a Call; the response is what the tool returned, or `{"status": 401}` if the server refused.
"""

import asyncio
import json
import ssl
import sys
from typing import TypedDict

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.mcp_programs.serving import respond


class Call(TypedDict):
    """The server, the value of the header `Authorization`, and the path of the authority's certificate, if any."""

    url: str
    authorization: str
    ca: str | None


async def call(details: Call) -> dict[str, object]:
    """Call the tool `whoami`."""
    statuses: list[int] = []

    async def note(response: httpx2.Response) -> None:
        statuses.append(response.status_code)

    header = {"Authorization": details["authorization"]}
    trust = ssl.create_default_context(cafile=details["ca"]) if details["ca"] else True
    async with httpx2.AsyncClient(headers=header, verify=trust, event_hooks={"response": [note]}) as http:
        try:
            async with Client(streamable_http_client(details["url"], http_client=http)) as client:
                result = await client.call_tool("whoami", {})
        except BaseException:
            if 401 in statuses:  # a status of HTTP
                return {"status": 401}
            raise
    found: dict[str, object] = json.loads(result.content[0].text)
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        respond(asyncio.run(call(json.loads(line))))
