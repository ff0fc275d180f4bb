"""Start and stop an authorization server."""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar

from devtools.authorization_servers.authorization_server import AuthorizationServer, secret_or_random
from devtools.authorization_servers.registrations import LIFETIME, SCOPES, TLS, RegisteredClient, RegisteredUser, Routes
from devtools.local.server_process import ServerProcess

HOST = "127.0.0.1"


class Launch(AbstractContextManager[AuthorizationServer]):
    """A context manager that starts a server on 127.0.0.1 and stops it at the end of the block.

    The log is written to `folder`. Port 0 means a free port. `lifetime` is that of the first client's access tokens, in
    seconds. With `tls` the server speaks HTTPS. Raises ServerProcessError, and InstallationError if the installation
    fails.
    """

    name: ClassVar[str]
    routes: ClassVar[Routes]

    def __init__(self, folder: Path, *, port: int = 0, lifetime: int = LIFETIME, tls: TLS | None = None) -> None:
        self._folder = folder
        self._port = port
        self._lifetime = lifetime
        self._tls = tls

    @staticmethod
    @abstractmethod
    def command() -> Sequence[str]:
        """Install the program if necessary; return the command that starts it."""

    def __enter__(self) -> AuthorizationServer:
        """Start the server, with one client and one user."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = ServerProcess(self.command(), self._folder / f"{self.name}.log")
        try:
            return self._server()
        except BaseException:
            self._process.stop()
            raise

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self._process.stop()

    def _server(self) -> AuthorizationServer:
        files = self._tls
        tls = files and {"certificate": str(files.certificate), "key": str(files.key), "ca": str(files.ca)}
        port = self._process.ask({"port": self._port, "scopes": SCOPES, "tls": tls})["port"]
        server = AuthorizationServer(
            self._process,
            f"{'https' if tls else 'http'}://{HOST}:{port}{self.routes.base}",
            self.routes,
            client=RegisteredClient("demo", secret_or_random(None), lifetime=self._lifetime),
            user=RegisteredUser("alice", secret_or_random(None)),
            ca=self._tls.ca if self._tls else None,
        )
        server.put_client(server.client)
        server.put_user(server.user)
        return server
