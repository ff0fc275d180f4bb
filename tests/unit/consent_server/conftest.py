"""The service's pages over consents in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import ConsentScenario, new_scenario, serve_scenario


@pytest.fixture
def world() -> ConsentScenario:
    """Return a world with a consent that waits for its user."""
    return new_scenario()


@pytest.fixture
async def visitor(world: ConsentScenario) -> AsyncIterator[HTTPClient]:
    """Return a browser at the service."""
    async with serve_scenario(world) as made:
        yield made
