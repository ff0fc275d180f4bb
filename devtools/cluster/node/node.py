"""A node with its control plane, for as long as a `with` block lasts."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devtools.cluster.kubeconfig import write_kubeconfig
from devtools.cluster.node import components, forwarder
from devtools.cluster.node.cgroups import node_cgroups
from devtools.cluster.node.files import NodeFiles, write_configuration, write_node_files
from devtools.cluster.node.images import IMAGES, image_name, program_image
from devtools.cluster.node.namespaces import Namespaces
from devtools.cluster.node.network import API_PORT, NODE_ADDRESS, NODE_NAME, render
from devtools.cluster.node.packages import require_packages
from devtools.cluster.pod_cluster import ClusterError, run_kubectl
from devtools.go_programs.programs import program
from devtools.local.child import Child
from devtools.local.reserved_port import reserved_port
from devtools.local.temporary_folder import temporary_folder

PATIENCE = 300.0
"""Seconds that a step of the start may take on a busy machine."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT = ("GOGC",)
"""Variables of this process that the node's programs get, too: how often those in Go collect garbage."""


class Node:
    """A node. `kubeconfig` works on this machine, for any program.

    Raises `ClusterError` or `GoBuildError` when it cannot start.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        """Start it, and wait until it is ready and names are resolved."""
        with ExitStack() as stack:
            self._prepare(stack)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it, and remove everything of it."""
        self._stack.close()

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and return its output. Raises `ClusterError`."""
        return run_kubectl(self._programs["kubectl"], self.kubeconfig, arguments, stdin)

    def load_image(self, archive: Path) -> None:
        """Import the images of an OCI archive. Raises `ClusterError`."""
        self.run_on_node("ctr", "--namespace=k8s.io", "images", "import", str(archive))

    def run_on_node(self, *command: str) -> str:
        """Run a command in the namespaces of the node and return its output. Raises `ClusterError`."""
        return self.namespaces.run(*command)

    def _prepare(self, stack: ExitStack) -> None:
        plugins = require_packages()
        self._programs = {name: program(name) for name in components.PROGRAMS}
        self._archives = [program_image(name) for name in IMAGES]
        self.folder = stack.enter_context(temporary_folder("node-"))
        self._files: NodeFiles = write_node_files(self.folder)
        cgroup = stack.enter_context(node_cgroups(self.folder.name))
        write_configuration(self._files, image_name("pause"), cgroup, plugins)
        self.port = stack.enter_context(reserved_port())
        self.kubeconfig = self._write_admin_kubeconfig()
        self.namespaces = Namespaces(self._programs["pause"], self.folder)
        stack.callback(self._kill)
        self.namespaces.prepare()

    def _start(self) -> None:
        self._run("etcd")
        self._run(components.CONTAINERD, Path(components.CONTAINERD))
        self._run("kube-apiserver")
        self._forward()
        self._wait("kube-apiserver", lambda: self._is_done("get", "--raw=/readyz"))
        for name in components.IN_CONTROL_PLANE:
            self._run(name)
        self._wait(components.CONTAINERD, self._has_loaded_images)
        for name in components.ON_NODE:
            self._run(name)
        self._wait("kubelet", lambda: self._is_done("get", "node", NODE_NAME))
        self._run(components.FIREWALL)  # it ends if its node does not exist
        self._wait("kubelet", lambda: self._is_done("wait", "--for=condition=Ready", "node", "--all", "--timeout=1s"))
        self._wait("kube-controller-manager", lambda: self._is_done("get", "serviceaccount", "default"))
        self._start_dns()

    def _start_dns(self) -> None:
        manifest = render("coredns.yaml", image=image_name("coredns"))
        self.kubectl("apply", "--server-side", "--filename=-", stdin=manifest)
        status = ("rollout", "status", "--namespace=kube-system", "deployment/coredns", "--timeout=1s")
        self._wait("kubelet", lambda: self._is_done(*status))

    def _run(self, name: str, path: Path | None = None) -> None:
        command = [str(path or self._programs[name]), *components.arguments(name, self._files)]
        kept = {variable: os.environ[variable] for variable in KEPT if variable in os.environ}
        environment = {"PATH": PATH, "HOME": str(self.folder), **kept}
        self._children[name] = Child(self.namespaces.command(*command), self.folder / f"{name}.log", environment)

    def _forward(self) -> None:
        target = (str(self.namespaces.pid), NODE_ADDRESS, str(API_PORT))
        command = [sys.executable, "-I", forwarder.__file__, str(self.port), *target]
        self._children["forwarder"] = Child(command, self.folder / "forwarder.log")

    def _has_loaded_images(self) -> bool:
        try:
            for archive in self._archives:
                self.load_image(archive)
        except ClusterError:
            return False
        return True

    def _is_done(self, *arguments: str) -> bool:
        try:
            self.kubectl(*arguments)
        except ClusterError:
            return False
        return True

    def _wait(self, program: str, is_ready: Callable[[], bool]) -> None:
        """Wait for a condition. Raises `ClusterError` if a program ends or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            late = program if time.monotonic() > deadline else None
            failed = next((name for name, child in self._children.items() if child.has_ended), late)
            if failed:
                raise ClusterError(f"{failed} did not start: {self._children[failed].last_line()}")
            time.sleep(0.1)

    def _kill(self) -> None:
        self.namespaces.stop()
        for child in self._children.values():
            child.kill()

    def _write_admin_kubeconfig(self) -> Path:
        certificate, key = self._files.admin
        user = {"client-certificate": str(certificate), "client-key": str(key)}
        return write_kubeconfig(
            self.folder / "admin.kubeconfig", f"https://127.0.0.1:{self.port}", self._files.ca, user
        )
