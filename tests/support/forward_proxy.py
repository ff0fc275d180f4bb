"""A real HTTP proxy (proxy.py) as a process on loopback."""

import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.authorization_servers.registrations import TLS
from devtools.local.child import Child
from tests.support.polling import eventually

BLOCKED = "blocked.example"
"""A host that the proxy does not allow."""
USERNAME, PASSWORD = "robot", "c4n4ry-proxy"  # of the test's own proxy
_CONNECT = re.compile(r"CONNECT (\S+) - ")


@dataclass(frozen=True)
class ForwardProxy:
    """A proxy that demands a username and a password."""

    port: int
    scheme: str
    log: Path

    @property
    def url(self) -> str:
        """Its URL."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def targets(self) -> Sequence[str]:
        """The targets of the tunnels that have ended, as CONNECT named them."""
        return [target for target in _CONNECT.findall(self.log.read_text()) if not target.startswith("None")]


@asynccontextmanager
async def forward_proxy(folder: Path, tls: TLS | None = None) -> AsyncIterator[ForwardProxy]:
    """Run the proxy, with TLS where it gets a certificate."""
    written, log = folder / "proxy.port", folder / "proxy.log"
    plugin = ("--plugins", "proxy.plugin.FilterByUpstreamHostPlugin", "--filtered-upstream-hosts", BLOCKED)
    options = ["--port", "0", "--port-file", str(written), "--num-workers", "1", "--num-acceptors", "1", *plugin]
    options += ["--basic-auth", f"{USERNAME}:{PASSWORD}", "--data-dir", str(folder / "proxy")]
    if tls is not None:
        options += ["--cert-file", str(tls.certificate), "--key-file", str(tls.key)]
    child = Child([sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", *options], log)
    try:
        await eventually(lambda: written.exists() and written.read_text().strip())
        yield ForwardProxy(int(written.read_text()), "http" if tls is None else "https", log)
    finally:
        child.stop()


def write_credentials(folder: Path, username: str = USERNAME, password: str = PASSWORD) -> Path:
    """Write the files of a mounted Secret of type `kubernetes.io/basic-auth`, and return their folder."""
    folder.mkdir(exist_ok=True)
    (folder / "username").write_text(f"{username}\n")
    (folder / "password").write_text(password)
    return folder
