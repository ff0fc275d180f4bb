"""Visitors of the consent service."""

from collections.abc import AsyncIterator

import pytest

from tests.support.consent_server_replicas import ConsentSite
from tests.support.http_client import Visitor, visiting


@pytest.fixture
async def visitor(consent_site: ConsentSite) -> AsyncIterator[Visitor]:
    """Give the requester's browser."""
    async with visiting(consent_site.url) as made:
        yield made


@pytest.fixture
async def stranger(consent_site: ConsentSite) -> AsyncIterator[Visitor]:
    """Give somebody else's browser."""
    async with visiting(consent_site.url) as made:
        yield made
