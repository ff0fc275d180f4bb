"""The service's pages over consents in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.support.http_client import Visitor
from tests.support.in_memory_consent_server import World, new_world, visiting_world


@pytest.fixture
def world() -> World:
    """Give a world with a consent that waits for its person."""
    return new_world()


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    """Give a browser at the service."""
    async with visiting_world(world) as made:
        yield made
