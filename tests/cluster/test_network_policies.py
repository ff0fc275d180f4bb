"""The NetworkPolicies of the chart are enforced: each component reaches what it needs, and nothing else."""

import pytest

from devtools.cluster.pod_cluster import ClusterError, PodCluster
from tests.support.pods import manifests
from tests.support.pods.events import wait_until
from tests.support.pods.release import CONSENT, NAMESPACE, OPERATOR, SCRAPERS, Release

CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=4)"
API_SERVER = ("kubernetes.default.svc", "443")
PROVIDER = (manifests.HOST, str(manifests.PORT))


pytestmark = pytest.mark.usefixtures("provider")


class PodNetwork:
    """Tries connections from inside of Pods."""

    def __init__(self, cluster: PodCluster) -> None:
        self._cluster = cluster

    def connects(self, namespace: str, pod: str, host: str, port: str) -> bool:
        """Return whether a Pod can connect to a port."""
        try:
            self._cluster.kubectl(
                "exec", f"--namespace={namespace}", pod, "--", manifests.PYTHON, "-c", CONNECT, host, port
            )
        except ClusterError as error:
            if "TimeoutError" in str(error) or "refused" in str(error):
                return False
            raise
        return True


@pytest.fixture
def network(cluster: PodCluster) -> PodNetwork:
    """Return what tries connections."""
    return PodNetwork(cluster)


def name_of(release: Release, component: str) -> str:
    """Return the name of a Pod of a component."""
    return str(release.pods(component)[0]["metadata"]["name"])


def test_consent_server_reaches_the_api_server_only(network: PodNetwork, release: Release) -> None:
    """The process that users can reach sends no request to a provider, also if an attacker controls it."""
    pod = name_of(release, CONSENT)
    assert network.connects(NAMESPACE, pod, *API_SERVER)
    assert not network.connects(NAMESPACE, pod, *PROVIDER)


def test_operator_reaches_providers(network: PodNetwork, release: Release) -> None:
    """The operator connects to the API server and to the ports of the allowed destinations."""
    pod = name_of(release, OPERATOR)
    assert network.connects(NAMESPACE, pod, *API_SERVER)
    assert network.connects(NAMESPACE, pod, *PROVIDER)


@pytest.mark.parametrize("allowed", [True, False])
def test_metrics_are_served_to_the_named_peers(
    *, allowed: bool, cluster: PodCluster, network: PodNetwork, release: Release
) -> None:
    """Pods of the namespace that `networkPolicy.metricsFrom` selects can connect to the operator, and no others."""
    namespace = SCRAPERS if allowed else "elsewhere"
    pod = manifests.sleeper("scraper", namespace)
    objects = [manifests.namespace(namespace), pod]
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=manifests.document(objects))
    cluster.kubectl("wait", f"--namespace={namespace}", "--for=condition=Ready", "pod/scraper", "--timeout=5m")
    target = (release.pods(OPERATOR)[0]["status"]["podIP"], "8080")
    wait_until(lambda: network.connects(namespace, "scraper", *target) == allowed, f"metrics are open: {allowed}")
    cluster.kubectl("delete", "namespace", namespace)
