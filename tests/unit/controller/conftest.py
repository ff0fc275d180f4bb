"""A connector over fakes."""

import pytest

from tests.support.builders import a_connector
from tests.support.world import World


@pytest.fixture
def world() -> World:
    """Return a new connector whose client secret exists."""
    made = World()
    made.cluster.add(a_connector())
    made.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return made
