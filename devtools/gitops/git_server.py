"""A git repository that is served on loopback by git's own http-backend.

https://git-scm.com/docs/git-http-backend; the environment is that of CGI (RFC 3875 §4.1).
"""

import os
import subprocess
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

BRANCH = "main"


class GitRepository:
    """A bare repository that may be pushed to, and a working copy of it whose files tests change."""

    def __init__(self, folder: Path, name: str) -> None:
        """Create both."""
        self.files = folder / "files" / name
        self._bare = folder / f"{name}.git"
        _git("init", "-q", "--bare", "-b", BRANCH, str(self._bare))
        _git("-C", str(self._bare), "config", "http.receivepack", "true")  # without a login
        _git("init", "-q", "-b", BRANCH, str(self.files))

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their paths in the repository."""
        for name, text in files.items():
            path = self.files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self) -> str:
        """Commit all files of the working copy; return the commit."""
        here = ("-C", str(self.files))
        _git(*here, "add", "--all")
        author = ("-c", "user.name=fleet", "-c", "user.email=fleet@example.com")
        _git(*here, *author, "commit", "-q", "--allow-empty", "-m", "Change the fleet")
        return _git(*here, "rev-parse", "HEAD")

    def push(self) -> str:
        """Commit all files and push them; return the commit."""
        commit = self.commit()
        _git("-C", str(self.files), "push", "-q", str(self._bare), BRANCH)
        return commit


class GitServer:
    """Serves repositories as `<url>/<name>.git`; for a `with` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(folder))

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def create(self, name: str) -> GitRepository:
        """Create an empty repository."""
        return GitRepository(self._folder, name)

    def __enter__(self) -> Self:
        """Serve."""
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def _handler_of(folder: Path) -> type[BaseHTTPRequestHandler]:
    backend = f"{_git('--exec-path')}/git-http-backend"

    class Handler(BaseHTTPRequestHandler):
        """Passes each request to git's backend."""

        def do_GET(self) -> None:  # the name that http.server calls
            """Answer a request for references."""
            self._pass_on()

        def do_POST(self) -> None:  # the name that http.server calls
            """Answer a request for objects."""
            self._pass_on()

        def log_message(self, _format: str, *_arguments: object) -> None:
            """Log nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            done = subprocess.run(
                [backend], input=body, env=_environment(self, folder, len(body)), capture_output=True, check=True
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _environment(request: BaseHTTPRequestHandler, folder: Path, length: int) -> dict[str, str]:
    path, _, query = request.path.partition("?")
    return {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": request.command,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(length),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
    }
