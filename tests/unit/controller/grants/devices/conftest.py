"""A connector that waits for a user who enters a code on another device."""

import pytest

from tests.support.device_provider import DeviceProvider, new_device_world
from tests.support.world import World


@pytest.fixture
def provider() -> DeviceProvider:
    """Return a server whose user has not decided."""
    return DeviceProvider()


@pytest.fixture
def world(provider: DeviceProvider) -> World:
    """Return a connector that waits for a user."""
    return new_device_world(provider)
