"""Objects older than the test, written into etcd: the API server does not let clients set a creation time.

The API server reads and watches them there as all others.
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


class ObjectAging:
    """Access to etcd through its JSON gateway, to change creation times."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def set_age(self, plural: str, namespace: str, name: str, seconds: int) -> None:
        """Move the creation time of an object into the past."""
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
async def object_aging(control_plane: ControlPlane) -> AsyncIterator[ObjectAging]:
    """Return an object that makes objects older."""
    connector = aiohttp.UnixConnector(str(Path(control_plane.folder, "etcd.sock")))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield ObjectAging(session)
