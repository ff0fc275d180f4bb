"""Connectors whose grants contain refresh tokens."""

import pytest

from tests.support.builders import a_connector, a_spec
from tests.support.consenting import CODE_SPEC
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

SEED = {"refreshToken": {"secretRef": {"name": "seed"}}}


@pytest.fixture
def consenting() -> World:
    """Return a connector that waits for a user."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(CODE_SPEC))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return world


def _build_world(provider: RotatingProvider) -> World:
    world = World(provider)
    world.cluster.add(a_connector(a_spec(grantType="RefreshToken", **SEED)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world


@pytest.fixture
def strict() -> World:
    """Return a connector at a server that revokes the grant when a refresh token is sent twice."""
    return _build_world(RotatingProvider())


@pytest.fixture
def graceful() -> World:
    """Return a connector at a server that accepts a used refresh token again."""
    return _build_world(RotatingProvider(grace=True))
