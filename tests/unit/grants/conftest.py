"""Worlds of grants that hold refresh tokens."""

import pytest

from tests.support.builders import a_connector
from tests.support.consenting import CODE_SPEC
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World


@pytest.fixture
def consenting() -> World:
    """Give a connector that waits for a person."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(CODE_SPEC))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return world
