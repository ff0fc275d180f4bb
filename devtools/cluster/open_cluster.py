"""Start the cluster that the environment variable `CLUSTER` names."""

import os
from contextlib import AbstractContextManager

from devtools.cluster.kind_cluster import KindCluster
from devtools.cluster.node.node import Node
from devtools.cluster.pod_cluster import ClusterError, PodCluster


def open_cluster() -> AbstractContextManager[PodCluster]:
    """Return a cluster that exists for as long as a `with` block lasts. Raises `ClusterError`."""
    wanted = os.environ.get("CLUSTER") or "node"
    if wanted == "kind":
        return KindCluster()
    if wanted == "node":
        return Node()
    raise ClusterError(f"CLUSTER={wanted} is not known. Set CLUSTER to node or kind.")
