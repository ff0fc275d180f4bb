"""The MCP servers of these tests, by the client of the official SDK: what they promise to the tests of the operator."""

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
from aiohttp import web

from devtools.authorization_servers.registrations import TLS, Authentication, RegisteredClient
from devtools.local.server_process import ServerProcess
from oauth_connector.oauth.authorization import compute_challenge
from tests.interop.consenting import VERIFIER
from tests.support.http_user import visit
from tests.support.mcp_servers import Agent, MCPServer, MCPTokenRequest, sdk_client, sdk_server

REDIRECT_URI = "http://127.0.0.1:8765/oauth/callback/team-a/crm"
SERVERS = ["mcp_sdk", "mcp_sdk_tls", "fastmcp", "fastmcp_tls"]


@pytest.fixture(params=SERVERS)
def mcp(request: pytest.FixtureRequest) -> MCPServer:
    """Return each server in turn."""
    found: MCPServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(mcp_environment: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    """Return a client of the SDK."""
    del mcp_environment
    with sdk_client(tmp_path) as process:
        yield process


async def authorize(process: ServerProcess, server: MCPServer, **own: Any) -> Mapping[str, object]:
    """Let the client discover, and a user consent; return what the tool says."""
    usual = {"client": None, "document": None, "ca": server.ca and str(server.ca)}
    link = process.ask({"url": server.url, "redirect_uri": REDIRECT_URI, **usual, **own})["open"]
    return process.ask({"back": await visit(server, str(link), REDIRECT_URI)})


def known(client: RegisteredClient) -> dict[str, object]:
    """Return a client as the SDK stores it."""
    return {
        "client_id": client.id,
        "client_secret": client.secret.get_secret_value() or None,
        "token_endpoint_auth_method": client.authentication,
        "redirect_uris": client.redirect_uris,
    }


async def fetch(server: MCPServer, path: str) -> dict[str, Any]:
    """Get a document of the server."""
    trust = ssl.create_default_context(cafile=server.ca) if server.ca else True
    async with aiohttp.ClientSession() as session, session.get(server.origin + path, ssl=trust) as answer:
        document: dict[str, Any] = await answer.json()
        return document


async def challenge(server: MCPServer) -> str:
    """Return the challenge of the refusal of a request without a token; a stateless server knows POST only."""
    trust = ssl.create_default_context(cafile=server.ca) if server.ca else True
    async with aiohttp.ClientSession() as session, session.post(server.url, json={}, ssl=trust) as answer:
        assert answer.status == 401
        return answer.headers["WWW-Authenticate"]


async def test_refusal_leads_to_the_metadata_of_the_resource(mcp: MCPServer) -> None:
    """The challenge names metadata that name the resource and one authorization server (RFC 9728 §5)."""
    assert f'resource_metadata="{mcp.origin}/.well-known/oauth-protected-resource/mcp"' in await challenge(mcp)
    metadata = await fetch(mcp, "/.well-known/oauth-protected-resource/mcp")
    assert metadata["resource"] == mcp.url
    assert [issuer.rstrip("/") for issuer in metadata["authorization_servers"]] == [mcp.origin]
    server = await fetch(mcp, "/.well-known/oauth-authorization-server")
    assert server["issuer"] in metadata["authorization_servers"]
    assert server["code_challenge_methods_supported"] == ["S256"]


async def test_client_that_registers_refreshes_by_rotation(client: ServerProcess, tmp_path: Path) -> None:
    """The SDK's client registers, is granted what it asks for, and uses each refresh token once."""
    with sdk_server(tmp_path, lifetime=1) as server:
        caller = await authorize(client, server)
        while len(server.journal()) < 3:
            assert client.ask({"call": {}}) == caller
        first, *others = server.journal()
    assert caller == {"user": server.user.username, "scopes": ["read"]}
    assert (first.grant_type, first.presented, first.issued) == ("authorization_code", None, 1)
    assert [(entry.presented, entry.issued) for entry in others] == [(n, n + 1) for n in range(1, len(others) + 1)]
    assert {(entry.result, entry.resource) for entry in (first, *others)} == {("granted", server.url)}
    assert {entry.client_id for entry in others} == {first.client_id}


async def test_registration_at_fastmcp_gives_a_public_client(fastmcp_tls: MCPServer, client: ServerProcess) -> None:
    """Dynamic registration (RFC 7591) is enough to call the tool; the user logs in at the server behind the proxy."""
    caller = await authorize(client, fastmcp_tls)
    assert (caller["user"], last(fastmcp_tls).authentication) == (fastmcp_tls.user.username, "none")
    assert last(fastmcp_tls).issued is not None


@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post", "none"])
async def test_known_client_of_the_sdk_may_have_a_secret(
    mcp_sdk: MCPServer, client: ServerProcess, authentication: Authentication
) -> None:
    """Without registration a client calls the tool, whatever its authentication."""
    made = mcp_sdk.register([REDIRECT_URI], authentication)
    assert (await authorize(client, mcp_sdk, client=known(made)))["user"] == mcp_sdk.user.username
    assert (last(mcp_sdk).client_id, last(mcp_sdk).authentication) == (made.id, authentication)


async def test_known_client_of_fastmcp_is_public(fastmcp: MCPServer, client: ServerProcess) -> None:
    """Without registration a public client calls the tool."""
    made = fastmcp.register([REDIRECT_URI])
    assert (await authorize(client, fastmcp, client=known(made)))["user"] == fastmcp.user.username
    assert last(fastmcp).client_id == made.id


async def test_document_at_loopback_is_a_client_of_fastmcp(
    fastmcp_tls: MCPServer, client: ServerProcess, tls: TLS
) -> None:
    """The address of a metadata document is a client ID: the server reads the document there."""
    document = {
        "client_name": "SDK",
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    async with documents(tls, document) as url:
        caller = await authorize(client, fastmcp_tls, document=url)
    assert (caller["user"], last(fastmcp_tls).client_id) == (fastmcp_tls.user.username, url)


async def test_used_refresh_token_ends_the_grant(mcp_sdk: MCPServer, mcp_agent: Agent) -> None:
    """The SDK's server is strict: the second use of a refresh token revokes what the first use gave."""
    client = mcp_sdk.register([REDIRECT_URI])
    first = await redeem(mcp_sdk, client)
    second = await post(mcp_sdk, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert "user" in mcp_agent.call(mcp_sdk, f"Bearer {second['access_token']}")
    again = await post(mcp_sdk, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again["error"] == "invalid_grant"
    assert mcp_agent.call(mcp_sdk, f"Bearer {second['access_token']}") == {"status": 401}


def last(server: MCPServer) -> MCPTokenRequest:
    """Return the newest request to the token endpoint, which is granted."""
    entry = server.journal()[-1]
    assert entry.result == "granted"
    return entry


def test_agent_without_a_valid_token_is_refused(mcp: MCPServer, mcp_agent: Agent) -> None:
    """Each server checks the header."""
    assert mcp_agent.call(mcp, "Bearer wrong") == {"status": 401}


def logs_of(folder: Path) -> str:
    """Return everything that the server logged."""
    return "".join(log.read_text() for log in folder.iterdir())


async def test_no_log_contains_a_secret(tmp_path: Path, mcp_environment: Path) -> None:
    """A secret is passed to the server only through its input, and is not logged afterwards."""
    del mcp_environment
    with sdk_server(tmp_path) as server:
        client = server.register([REDIRECT_URI], "client_secret_post")
        tokens = await redeem(server, client)
    printed = repr(server) + repr(client) + logs_of(tmp_path)
    values = (client.secret.get_secret_value(), server.user.password.get_secret_value(), *tokens.values())
    assert not [value for value in map(str, values) if len(value) > 8 and value in printed]


async def redeem(server: MCPServer, client: RegisteredClient) -> dict[str, Any]:
    """Let a user consent, and exchange the code."""
    challenge = {"code_challenge": compute_challenge(VERIFIER), "code_challenge_method": "S256", "resource": server.url}
    asked = {"response_type": "code", "client_id": client.id, "redirect_uri": REDIRECT_URI, "scope": "read"}
    back = await visit(server, f"{server.origin}/authorize?{urlencode({**asked, **challenge})}", REDIRECT_URI)
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    exchange = {"code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    return await post(server, client, grant_type="authorization_code", **exchange)


async def post(server: MCPServer, client: RegisteredClient, **form: str) -> dict[str, Any]:
    """Send a token request; return its response."""
    secret = client.secret.get_secret_value()
    sent = {"client_id": client.id, **({"client_secret": secret} if secret else {}), **form}
    async with aiohttp.ClientSession() as session, session.post(f"{server.origin}/token", data=sent) as answer:
        document: dict[str, Any] = await answer.json()
        return document


@asynccontextmanager
async def documents(tls: TLS, document: Mapping[str, object]) -> AsyncIterator[str]:
    """Serve a metadata document by HTTPS; return its address."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response({**document, "client_id": address(runner)})  # its Host header names no port

    def address(runner: web.AppRunner) -> str:
        return f"https://127.0.0.1:{runner.addresses[0][1]}/client.json"

    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(tls.certificate, tls.key)
    app = web.Application()
    app.router.add_get("/client.json", show)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=trust).start()
        yield address(runner)
    finally:
        await runner.cleanup()
