"""A cluster of kind, for machines on which Docker works: `CLUSTER=kind`."""

import secrets
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devtools.cluster.pod_cluster import ClusterError, run_kubectl
from devtools.go_programs.programs import program
from devtools.local.temporary_folder import temporary_folder

READY_WITHIN = "10m"
"""What kind waits for its node; the first start downloads the image of the node."""


class KindCluster:
    """A cluster for as long as a `with` block lasts. Raises `ClusterError` or `GoBuildError` when it cannot start."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.name = f"oauth-connector-{secrets.token_hex(3)}"

    def __enter__(self) -> Self:
        """Create the cluster, and wait until its node is ready."""
        if shutil.which("docker") is None:
            raise ClusterError("CLUSTER=kind needs Docker, which is not installed.")
        with ExitStack() as stack:
            self.folder = stack.enter_context(temporary_folder("kind-"))
            self.kubeconfig = self.folder / "kubeconfig"
            self._kind_program, self._kubectl = program("kind"), program("kubectl")
            stack.callback(self._kind, "delete", "cluster")
            self._kind("create", "cluster", f"--wait={READY_WITHIN}")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the cluster."""
        self._stack.close()

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and return its output. Raises `ClusterError`."""
        return run_kubectl(self._kubectl, self.kubeconfig, arguments, stdin)

    def load_image(self, archive: Path) -> None:
        """Load the images of an archive into the node. Raises `ClusterError`."""
        self._kind("load", "image-archive", str(archive))

    def run_on_node(self, *command: str) -> str:
        """Run a command in the container of the node and return its output. Raises `ClusterError`."""
        return _run("docker", "exec", f"{self.name}-control-plane", *command)

    def _kind(self, *arguments: str) -> None:
        kubeconfig = [] if arguments[0] == "load" else [f"--kubeconfig={self.kubeconfig}"]
        _run(str(self._kind_program), *arguments, f"--name={self.name}", *kubeconfig)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClusterError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
