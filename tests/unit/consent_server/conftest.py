"""The service's pages over consents in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.support.consent_world import World, new_world, visiting_world
from tests.support.visitor import Visitor


@pytest.fixture
def world() -> World:
    """Give a world with a consent that waits for its person."""
    return new_world()


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    """Give a browser at the service."""
    async with visiting_world(world) as made:
        yield made
