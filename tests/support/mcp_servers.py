"""Real MCP servers that are OAuth protected resources, each with an authorization server of its own."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter

from devtools.authorization_servers.authorization_server import AuthorizationServer, secret_or_random
from devtools.authorization_servers.registrations import TLS, Authentication, RegisteredClient, RegisteredUser
from devtools.local.server_process import ServerProcess
from tests.support.mcp_environment import program

SCOPES = ("read", "write")
LIFETIME = 60


@dataclass(frozen=True, slots=True)
class MCPTokenRequest:
    """One request to the token endpoint. Refresh tokens are numbered from 1 in the order of issue.

    `presented` is the number of the refresh token in the request, `issued` of that in the response. `result` is
    `granted` or the error code.
    """

    grant_type: str | None
    client_id: str | None
    authentication: str
    resource: str | None
    presented: int | None
    issued: int | None
    result: str


_JOURNAL = TypeAdapter(tuple[MCPTokenRequest, ...])


@dataclass(frozen=True, slots=True)
class MCPServer:
    """A server on 127.0.0.1 with the tool `whoami`; it needs a token with the scope `read`."""

    process: ServerProcess
    origin: str
    user: RegisteredUser
    ca: Path | None

    @property
    def url(self) -> str:
        """The protected resource: what a user enters."""
        return f"{self.origin}/mcp"

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self.origin.rpartition(":")[2])

    def register(
        self, redirect_uris: Sequence[str], authentication: Authentication = "none", secret: str | None = None
    ) -> RegisteredClient:
        """Register a client with a new id; its secret is random unless one is given or the client is public."""
        made = SecretStr("") if authentication == "none" else secret_or_random(secret)
        client = RegisteredClient(
            f"client-{secrets.token_hex(4)}", made, authentication, LIFETIME, tuple(redirect_uris)
        )
        details = {"secret": made.get_secret_value(), "redirect_uris": client.redirect_uris}
        self.process.ask({"register": {"id": client.id, "authentication": authentication, **details}})
        return client

    def journal(self) -> tuple[MCPTokenRequest, ...]:
        """Return the requests to its token endpoint, in the order of their responses."""
        return _JOURNAL.validate_python(self.process.ask({"journal": {}})["journal"])


@contextmanager
def sdk_server(folder: Path, *, lifetime: int = LIFETIME, tls: TLS | None = None) -> Iterator[MCPServer]:
    """Start a server of the official SDK (`mcp`), whose authorization server is strict (`sdk_authorization.py`).

    Its clients are known, or register; they may have a secret. It sends no `iss`, and knows no metadata documents.
    """
    user = RegisteredUser("alice", secret_or_random(None))
    own = {"user": {"username": user.username, "password": user.password.get_secret_value()}}
    with _process("sdk_server", folder) as process:
        yield MCPServer(process, _start(process, tls, {"lifetime": lifetime, **own}), user, tls.ca if tls else None)


@contextmanager
def fastmcp_server(folder: Path, upstream: AuthorizationServer, *, tls: TLS | None = None) -> Iterator[MCPServer]:
    """Start a server of FastMCP with an OAuth proxy before oidc-provider, which authenticates the user.

    Its clients are public: known ones, metadata documents (with `tls`), and registered ones.
    """
    client = RegisteredClient(f"proxy-{secrets.token_hex(4)}", secret_or_random(None), lifetime=LIFETIME)
    behind = {
        "authorization_url": upstream.authorization_url,
        "token_url": upstream.token_url,
        "introspection_url": upstream.introspection_url,
        "client_id": client.id,
        "client_secret": client.secret.get_secret_value(),
    }
    with _process("fastmcp_server", folder) as process:
        origin = _start(process, tls, {"upstream": behind})
        upstream.put_client(RegisteredClient(client.id, client.secret, redirect_uris=(f"{origin}/auth/callback",)))
        yield MCPServer(process, origin, upstream.user, tls.ca if tls else None)


class Agent:
    """An MCP client of the official SDK, in a process of its own."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    def call(self, server: MCPServer, authorization: str) -> Mapping[str, object]:
        """Call `whoami` with this header; return user and scopes, or `{"status": 401}`."""
        ca = str(server.ca) if server.ca else None
        return self._process.ask({"url": server.url, "authorization": authorization, "ca": ca})


@contextmanager
def agent(folder: Path) -> Iterator[Agent]:
    """Start an agent."""
    with _process("agent", folder) as process:
        yield Agent(process)


@contextmanager
def sdk_client(folder: Path) -> Iterator[ServerProcess]:
    """Start a client of the SDK that authorizes itself (`sdk_client.py`)."""
    with _process("sdk_client", folder) as process:
        yield process


@contextmanager
def _process(name: str, folder: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(program(name), folder / f"{name}.log")
    try:
        yield process
    finally:
        process.stop()


def _start(process: ServerProcess, tls: TLS | None, own: Mapping[str, Any]) -> str:
    files = tls and {name: str(path) for name, path in asdict(tls).items()}
    usual = {"port": 0, "lifetime": LIFETIME, "scopes": SCOPES, "tls": files, "user": None, "upstream": None}
    port = process.ask({**usual, **own})["port"]
    return f"{'https' if tls else 'http'}://127.0.0.1:{port}"
