"""The cluster itself: Pods reach each other by the names of Services."""

from pathlib import Path

from devtools.cluster.pod_cluster import PodCluster
from tests.support.pods.events import events, wait_until
from tests.support.pods.manifests import document, reader


def test_pod_reaches_a_service_by_its_name(cluster: PodCluster, provider: Path) -> None:
    """A restricted Pod resolves the name of a Service and reaches its Pod. Without a token the API refuses it."""
    assert provider.exists()
    pod = reader("without-token", {})
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=document([pod]))
    cluster.kubectl("wait", "--namespace=trial", "--for=condition=Ready", "pod/without-token", "--timeout=5m")
    wait_until(lambda: events(cluster, "pod/without-token"), "the Pod reports the answer of the API")
    first = events(cluster, "pod/without-token")[0]
    assert (first["event"], first["status"]) == ("refused", 401)
    cluster.kubectl("delete", "--namespace=trial", "pod/without-token")
