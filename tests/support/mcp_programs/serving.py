"""Serve an MCP server on loopback. Python of the MCP servers' own environment runs this file.

Standard input and output carry lines of JSON (`server_process.py`). The first line is a Settings; the response is
`{"port": 1234}` once the server listens. Each further line is a Command: `register` adds a client, and the response is
`{}`; `journal` returns the requests to the token endpoint. The server stops at the end of its input.
"""

import asyncio
import json
import logging
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypedDict

import uvicorn

from tests.support.mcp_programs.token_requests import TokenRequests

HOST = "127.0.0.1"


class Certificate(TypedDict):
    """Paths of PEM files."""

    certificate: str
    key: str
    ca: str


class User(TypedDict):
    """The user who can log in."""

    username: str
    password: str


class Upstream(TypedDict):
    """The authorization server behind a proxy, and the proxy's client there."""

    authorization_url: str
    token_url: str
    introspection_url: str
    client_id: str
    client_secret: str


class Settings(TypedDict):
    """How to listen and issue: port 0 means a free one; `lifetime` of access tokens in seconds."""

    port: int
    lifetime: int
    scopes: list[str]
    tls: Certificate | None
    user: User | None
    upstream: Upstream | None


class ClientDetails(TypedDict):
    """A client that the server knows before it asks; `authentication` as RFC 7591 §2 names it."""

    id: str
    secret: str
    authentication: str
    redirect_uris: list[str]


class Program(Protocol):
    """An MCP server with its authorization server."""

    app: Any

    async def register(self, client: ClientDetails) -> None:
        """Add a client."""


def run(build: Callable[[str, Settings], Program]) -> None:
    """Serve what `build` makes for an origin, and execute the lines of the input until it ends."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)  # standard output is for responses
    settings: Settings = json.loads(sys.stdin.readline())
    listener = socket.create_server((HOST, settings["port"]))
    port = listener.getsockname()[1]
    program = build(f"{'https' if settings['tls'] else 'http'}://{HOST}:{port}", settings)
    requests = TokenRequests(program.app)
    loop = asyncio.new_event_loop()
    serving = uvicorn.Server(_configuration(requests, settings["tls"])).serve(sockets=[listener])
    threading.Thread(target=loop.run_until_complete, args=(serving,), daemon=True).start()
    respond({"port": port})
    for line in sys.stdin:
        command = json.loads(line)
        if "register" in command:
            asyncio.run_coroutine_threadsafe(program.register(command["register"]), loop).result()
        respond({"journal": requests.entries} if "journal" in command else {})


def _configuration(app: TokenRequests, tls: Certificate | None) -> uvicorn.Config:
    files = {"ssl_certfile": tls["certificate"], "ssl_keyfile": tls["key"]} if tls else {}
    return uvicorn.Config(app, log_config=None, access_log=False, **files)


def respond(message: object) -> None:
    """Write one line to the parent process."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
