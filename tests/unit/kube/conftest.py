"""Fixtures: a scripted API server, and a client of it with a token in a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.api_tokens import TokenFile
from oauth_connector.kube.client import KubeAPI
from tests.support.scripted_api import ScriptedAPI, scripted_api


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAPI]:
    """Yield a scripted server."""
    async with scripted_api() as made:
        yield made


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """Return the file with the token."""
    path = tmp_path / "token"
    path.write_text("first")
    return path


@pytest.fixture
async def api(server: ScriptedAPI, token: Path) -> AsyncIterator[KubeAPI]:
    """Yield a client of that server."""
    async with KubeAPI(Access(server.url, tokens=TokenFile(token))) as made:
        yield made
