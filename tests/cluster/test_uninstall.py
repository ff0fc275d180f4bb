"""Uninstalled as documented, the operator has stored what was in flight, and an operator that follows continues."""

import time

import pytest

from devtools.cluster.pod_cluster import PodCluster
from tests.support.pods.connectors import connector, rotating
from tests.support.pods.events import NAMESPACE, apply, is_present, wait_until
from tests.support.pods.release import Release
from tests.support.pods.requests import ProviderLog

LIFETIME, SECONDS_OF_RESPONSE = 45, 4
ROTATING = [f"kept-{number}" for number in range(6)]
RETAINED, DELETED = "retained", "deleted"


@pytest.fixture
def in_flight(cluster: PodCluster, release: Release) -> list[str]:
    """Create connectors with refresh tokens that can be used once, and slow responses: some are always in flight."""
    assert release.leader()
    objects = [part for name in ROTATING for part in rotating(name, LIFETIME, SECONDS_OF_RESPONSE)]
    objects.append(connector(RETAINED, 600, output={"deletionPolicy": "Retain"}))
    objects.append(connector(DELETED, 600))
    apply(cluster, objects)
    wait_until(lambda: has_tokens(cluster, 0, 2), "each grant is refreshed")
    return ROTATING


def has_tokens(cluster: PodCluster, since: float, number: int) -> bool:
    """Return whether each grant has obtained a number of tokens since a moment."""
    found = ProviderLog(cluster, since).times("token", ROTATING)
    return all(len(found.get(client, ())) >= number for client in ROTATING)


def test_uninstall_loses_no_grant(cluster: PodCluster, release: Release, in_flight: list[str]) -> None:
    """CRDs, connectors and Secrets are kept, and after another installation each grant is refreshed again."""
    release.uninstall()
    for name in in_flight:
        assert is_present(cluster, "oauthconnector", name)
        assert is_present(cluster, "secret", f"{name}-oauth-state")
        assert is_present(cluster, "secret", f"{name}-token")
    began = time.time()
    release.install()
    wait_until(lambda: has_tokens(cluster, began, 2), "each grant is refreshed after the installation")
    assert ProviderLog(cluster).refused(in_flight) == []


def test_retained_secret_stays_without_its_connector(
    cluster: PodCluster, release: Release, in_flight: list[str]
) -> None:
    """With `deletionPolicy: Retain` the output Secret stays when the connector is deleted. Others do not."""
    assert release.leader()
    assert in_flight
    cluster.kubectl("delete", "oauthconnector", f"--namespace={NAMESPACE}", RETAINED, DELETED)
    wait_until(lambda: not is_present(cluster, "secret", f"{DELETED}-token"), "the other Secret is deleted")
    assert is_present(cluster, "secret", f"{RETAINED}-token")
