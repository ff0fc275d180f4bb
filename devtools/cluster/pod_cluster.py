"""What a cluster that runs Pods offers to tests, whichever it is: `CLUSTER=node` (the default) or `CLUSTER=kind`."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ClusterError(Exception):
    """A cluster cannot be started, or a command in it failed; the message is one sentence for the terminal."""


class PodCluster(Protocol):
    """A cluster with a node. Names of Services are resolved in Pods, and NetworkPolicies are enforced.

    Images are loaded and not pulled, so Pods need `imagePullPolicy: Never`.
    """

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of an administrator. Its server can be reached from this machine."""

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and return its output. Raises `ClusterError`."""

    def load_image(self, archive: Path) -> None:
        """Load the images of an OCI archive. Raises `ClusterError`."""

    def run_on_node(self, *command: str) -> str:
        """Run a command among the processes of the node and return its output. Raises `ClusterError`."""


def run_kubectl(kubectl: Path, kubeconfig: Path, arguments: Sequence[str], stdin: str | None) -> str:
    """Run kubectl and return its output; its cache is beside the kubeconfig. Raises `ClusterError`."""
    own = [f"--kubeconfig={kubeconfig}", f"--cache-dir={kubeconfig.parent}/kubectl"]
    command = [str(kubectl), *own, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
    if done.returncode:
        raise ClusterError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
