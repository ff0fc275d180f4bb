"""Objects that are older than the test: written into etcd, since the API server lets nobody choose when they were made.

The API server reads and watches them there as it does all others.
"""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.names import GROUP


class Bygone:
    """Etcd's own hand on our objects, by its JSON gateway."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def made_ago(self, plural: str, namespace: str, name: str, seconds: int) -> None:
        """Move the time at which an object was made into the past."""
        key = _text(f"/registry/{GROUP}/{plural}/{namespace}/{name}")
        (found,) = (await self._ask("range", {"key": key}))["kvs"]
        manifest = json.loads(base64.b64decode(found["value"]))
        at = datetime.now(UTC) - timedelta(seconds=seconds)
        manifest["metadata"]["creationTimestamp"] = at.isoformat(timespec="seconds").replace("+00:00", "Z")
        await self._ask("put", {"key": key, "value": _text(json.dumps(manifest))})

    async def _ask(self, verb: str, body: dict[str, str]) -> dict[str, Any]:
        async with self._session.post(f"http://etcd/v3/kv/{verb}", json=body) as answer:
            answer.raise_for_status()
            members: dict[str, Any] = await answer.json()
            return members


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
async def bygone(control_plane: ControlPlane) -> AsyncIterator[Bygone]:
    """Give what makes objects older."""
    connector = aiohttp.UnixConnector(str(Path(control_plane.folder, "etcd.sock")))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Bygone(session)
