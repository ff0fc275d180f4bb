"""A client of the MCP SDK with its own OAuth code: it shows what a server does with another client than the operator.

The first line of the input is a Setup, the response `{"open": url}` for a user's browser. The second line is
`{"back": url}`, the address of the redirect; the response is what the tool returned. For each further line it calls the
tool again, and refreshes its tokens when they have expired.
"""

import asyncio
import json
import ssl
import sys
from typing import Any, TypedDict
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from tests.support.mcp_programs.serving import respond


class Setup(TypedDict):
    """The server, and the client: a known one, the address of a metadata document, or none of them to register."""

    url: str
    redirect_uri: str
    client: dict[str, Any] | None
    document: str | None
    ca: str | None


class Storage:
    """The client's tokens and its registration."""

    def __init__(self, client: OAuthClientInformationFull | None) -> None:
        self._client = client
        self._tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        """Return the tokens."""
        return self._tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Store the tokens."""
        self._tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """Return the registration."""
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Store the registration."""
        self._client = client_info


def _read() -> dict[str, str]:
    line: dict[str, str] = json.loads(sys.stdin.readline())
    return line


async def _open(url: str) -> None:
    respond({"open": url})


async def _back() -> AuthorizationCodeResult:
    query = parse_qs(urlsplit((await asyncio.to_thread(_read))["back"]).query)
    return AuthorizationCodeResult(**{name: query[name][0] for name in ("code", "state", "iss") if name in query})


def _provider(setup: Setup) -> OAuthClientProvider:
    metadata = OAuthClientMetadata(
        redirect_uris=[setup["redirect_uri"]], client_name="SDK", token_endpoint_auth_method=None
    )
    client = OAuthClientInformationFull.model_validate(setup["client"]) if setup["client"] else None
    return OAuthClientProvider(
        setup["url"],
        metadata,
        Storage(client),
        redirect_handler=_open,
        callback_handler=_back,
        client_metadata_url=setup["document"],
    )


async def _call(url: str, http: httpx2.AsyncClient) -> None:
    async with Client(streamable_http_client(url, http_client=http)) as client:
        result = await client.call_tool("whoami", {})
    respond(json.loads(result.content[0].text))


async def main() -> None:
    """Authorize, and call the tool for each line."""
    setup: Setup = json.loads(sys.stdin.readline())
    trust = ssl.create_default_context(cafile=setup["ca"]) if setup["ca"] else True
    async with httpx2.AsyncClient(auth=_provider(setup), verify=trust, timeout=60) as http:
        await _call(setup["url"], http)
        while await asyncio.to_thread(sys.stdin.readline):
            await _call(setup["url"], http)


if __name__ == "__main__":
    asyncio.run(main())
