"""The public keys of clients, as the consent server reads them from a scripted API server."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from oauth_connector.consent_server.client_key_store import KEPT, KubeClientKeyStore
from oauth_connector.consent_server.consent_store import APIUnavailable
from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from tests.support.manual_clock import ManualClock
from tests.support.scripted_api import Reply, ScriptedAPI, scripted_api

KEYS = [{"kid": "one"}]
FOUND = Reply({"data": {"jwks.json": json.dumps({"keys": KEYS})}})
MISSING, FORBIDDEN = Reply({"reason": "NotFound"}, 404), Reply({"reason": "Forbidden"}, 403)


@dataclass
class Scene:
    """The store, the server with the ConfigMap, and the time."""

    server: ScriptedAPI
    store: KubeClientKeyStore
    clock: ManualClock = field(default_factory=ManualClock)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Return a store of a replica that has just started."""
    clock = ManualClock()
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        yield Scene(server, KubeClientKeyStore(api, "operator", clock), clock)


async def test_many_visitors_cause_one_request_in_a_second(scene: Scene) -> None:
    """Anyone may ask for the keys."""
    scene.server.always = FOUND
    assert await asyncio.gather(*(scene.store.read() for _ in range(20))) == [KEYS] * 20
    assert [each.path for each in scene.server.requests] == [
        "/api/v1/namespaces/operator/configmaps/oauth-connector-client-keys"
    ]
    scene.clock.now += KEPT
    await scene.store.read()
    assert len(scene.server.requests) == 2


async def test_there_are_no_keys_where_no_client_signs(scene: Scene) -> None:
    """The operator creates the ConfigMap when it first needs it; a second later it is seen."""
    scene.server.answers.extend([MISSING, FOUND])
    assert await scene.store.read() == []
    scene.clock.now += KEPT
    assert await scene.store.read() == KEYS


async def test_a_missing_permission_is_no_empty_set(scene: Scene) -> None:
    """Failures count as well as results: they do not cause more requests."""
    scene.server.always = FORBIDDEN
    for _ in range(2):
        with pytest.raises(APIUnavailable):
            await scene.store.read()
    assert len(scene.server.requests) == 1
