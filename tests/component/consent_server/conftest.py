"""Visitors of the consent server."""

from collections.abc import AsyncIterator

import pytest

from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.http_client import HTTPClient, open_client


@pytest.fixture
async def visitor(consent_site: ConsentServerReplicas) -> AsyncIterator[HTTPClient]:
    """Return the requester's browser."""
    async with open_client(consent_site.url) as made:
        yield made


@pytest.fixture
async def other_visitor(consent_site: ConsentServerReplicas) -> AsyncIterator[HTTPClient]:
    """Return the browser of another user."""
    async with open_client(consent_site.url) as made:
        yield made
