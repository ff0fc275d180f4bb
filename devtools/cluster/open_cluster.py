"""Start the cluster that the environment variable `CLUSTER` names."""

import os
from contextlib import AbstractContextManager

from devtools.cluster.kind_cluster import KindCluster
from devtools.cluster.node.components import PROGRAMS
from devtools.cluster.node.images import IMAGES, program_image
from devtools.cluster.node.node import Node
from devtools.cluster.pod_cluster import ClusterError, PodCluster
from devtools.go_programs.programs import program


def build_cluster() -> None:
    """Build all programs and images that `open_cluster` needs, which can take minutes. Raises `GoBuildError`."""
    names = ("kind", "kubectl") if _read_kind() == "kind" else PROGRAMS
    for name in names:
        program(name)
    if _read_kind() != "kind":
        for name in IMAGES:
            program_image(name)


def open_cluster() -> AbstractContextManager[PodCluster]:
    """Return a cluster that exists for as long as a `with` block lasts. Raises `ClusterError`."""
    wanted = _read_kind()
    if wanted == "kind":
        return KindCluster()
    if wanted == "node":
        return Node()
    raise ClusterError(f"CLUSTER={wanted} is not known. Set CLUSTER to node or kind.")


def _read_kind() -> str:
    return os.environ.get("CLUSTER") or "node"
