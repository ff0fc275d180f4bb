"""The ConfigMap with public keys on the real API server, with the permissions of the operator and no more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.names import CLIENT_KEYS
from oauth_connector.consent_protocol.client_keys import RETIREMENT, format_public_key, list_published
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.client_keys import RECHECK, ClientKeyPublisher, fetch_config_map, read_keys
from oauth_connector.oauth.signing_key import SigningKey
from tests.support.manual_clock import ManualClock

OWN = "oauth-connector-system"
FIRST, SECOND = (OperatorKeys(bytes([n]) * 32).client_key for n in (1, 2))


@pytest.fixture
async def api(service_account: Path, control_plane: ControlPlane) -> AsyncIterator[KubeAPI]:
    """Return the API server as the operator meets it, without the ConfigMap before and after."""
    delete = ("delete", "configmap", CLIENT_KEYS, "--namespace", OWN, "--ignore-not-found")
    control_plane.kubectl(*delete)
    async with KubeAPI(from_kubeconfig(service_account)) as opened:
        yield opened
    control_plane.kubectl(*delete)


async def read_published(api: KubeAPI, clock: ManualClock) -> list[object]:
    """Return the identifiers of the keys that servers see."""
    return [each["kid"] for each in list_published(read_keys(await fetch_config_map(api, OWN)), clock())]


def kid(key: SigningKey) -> object:
    """Return the identifier of a key."""
    return format_public_key(key)["kid"]


async def test_a_replaced_key_is_published_beside_the_new_one(api: KubeAPI) -> None:
    """A process that starts with another key adds it, and the first one leaves after its time."""
    clock = ManualClock()
    await ClientKeyPublisher(api, OWN, clock).publish(FIRST)
    assert await read_published(api, clock) == [kid(FIRST)]
    await ClientKeyPublisher(api, OWN, clock).publish(SECOND)
    assert await read_published(api, clock) == [kid(SECOND), kid(FIRST)]
    clock.now += RETIREMENT + 1
    assert await read_published(api, clock) == [kid(SECOND)]


async def test_a_published_key_is_not_written_again(api: KubeAPI) -> None:
    """A restart reads the ConfigMap, and changes nothing."""
    clock = ManualClock()
    for _ in range(2):
        await ClientKeyPublisher(api, OWN, clock).publish(FIRST)
        found = await fetch_config_map(api, OWN)
        assert found is not None
        version = found["metadata"]["resourceVersion"]
    await ClientKeyPublisher(api, OWN, clock).publish(FIRST)
    assert ((await fetch_config_map(api, OWN)) or {})["metadata"]["resourceVersion"] == version


async def test_a_deleted_set_is_written_again(api: KubeAPI, control_plane: ControlPlane) -> None:
    """The same process notices it within ten minutes."""
    clock = ManualClock()
    publisher = ClientKeyPublisher(api, OWN, clock)
    await publisher.publish(FIRST)
    control_plane.kubectl("delete", "configmap", CLIENT_KEYS, "--namespace", OWN)
    clock.now += RECHECK
    await publisher.publish(FIRST)
    assert await read_published(api, clock) == [kid(FIRST)]
