"""The consent server as in production: a process of its own, with its own ServiceAccount."""

import asyncio
import json
import os
from pathlib import Path

import aiohttp
import yaml

from devtools.local.free_port import free_port
from tests.support.cluster import until
from tests.support.preloaded_program import ForkedChild, preload

MODULES = ("oauth_connector.cli.main", "oauth_connector.consent_server.server")
"""What the process imports when it starts."""


class ConsentServerProcess:
    """One replica; `stop` ends it with SIGTERM."""

    def __init__(self, folder: Path, kubeconfig: Path, public_url: str, **settings: object) -> None:
        self.port = free_port()
        self.log = folder / f"consent-{self.port}.log"
        self._kubeconfig = kubeconfig
        self._config = folder / f"consent-{self.port}.yaml"
        own = {"publicURL": public_url, "httpHost": "127.0.0.1", "httpPort": self.port, "stopDelaySeconds": 0}
        self._config.write_text(yaml.safe_dump({**own, "apiRequestSeconds": 3, **settings}))
        self._child: ForkedChild | None = None

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        program = preload("oauth_connector.__main__:main", *MODULES)
        arguments = ["consent", "--config", str(self._config), "--kubeconfig", str(self._kubeconfig)]
        self._child = ForkedChild(program, arguments, self.log, os.environ)
        await until(self._is_ready, within=30)

    async def stop(self) -> int:
        """Send SIGTERM, and give the exit status."""
        child, self._child = self._child, None
        return await asyncio.to_thread(child.stop) if child is not None else 0

    async def _is_ready(self) -> bool:
        if self._child is None or self._child.has_ended:
            raise AssertionError(f"the consent server ended: {self.read_log()}")
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    @property
    def url(self) -> str:
        """Its URL, with the proxy in front of it."""
        return f"http://127.0.0.1:{self.port}"

    def read_log(self) -> str:
        """Return what it has logged."""
        return self.log.read_text() if self.log.exists() else ""

    def lines(self) -> list[dict[str, object]]:
        """Return the lines of its log."""
        return [json.loads(line) for line in self.read_log().splitlines()]
