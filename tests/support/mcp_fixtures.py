"""Fixtures: MCP servers and an agent, each started when a test first needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import TLS
from tests.support.mcp_environment import environment
from tests.support.mcp_servers import Agent, MCPServer, agent, fastmcp_server, sdk_server


@pytest.fixture(scope="session")
def mcp_environment() -> Path:
    """Return the environment of the servers and of the agent."""
    return environment()


@pytest.fixture(scope="session")
def mcp_sdk(mcp_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MCPServer]:
    """Return a server of the SDK on plain HTTP."""
    del mcp_environment
    with sdk_server(tmp_path_factory.mktemp("mcp-sdk")) as server:
        yield server


@pytest.fixture(scope="session")
def mcp_sdk_tls(mcp_environment: Path, tmp_path_factory: pytest.TempPathFactory, tls: TLS) -> Iterator[MCPServer]:
    """Return a server of the SDK on HTTPS with a private authority."""
    del mcp_environment
    with sdk_server(tmp_path_factory.mktemp("mcp-sdk-tls"), tls=tls) as server:
        yield server


@pytest.fixture(scope="session")
def fastmcp(
    mcp_environment: Path, tmp_path_factory: pytest.TempPathFactory, oidc_provider: AuthorizationServer
) -> Iterator[MCPServer]:
    """Return a server of FastMCP on plain HTTP."""
    del mcp_environment
    with fastmcp_server(tmp_path_factory.mktemp("fastmcp"), oidc_provider) as server:
        yield server


@pytest.fixture(scope="session")
def fastmcp_tls(
    mcp_environment: Path, tmp_path_factory: pytest.TempPathFactory, oidc_provider: AuthorizationServer, tls: TLS
) -> Iterator[MCPServer]:
    """Return a server of FastMCP on HTTPS, which reads metadata documents of the same private authority."""
    del mcp_environment
    with fastmcp_server(tmp_path_factory.mktemp("fastmcp-tls"), oidc_provider, tls=tls) as server:
        yield server


@pytest.fixture(scope="session")
def mcp_agent(mcp_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """Return an agent."""
    del mcp_environment
    with agent(tmp_path_factory.mktemp("agent")) as process:
        yield process
