"""A real Kubernetes control plane on loopback: etcd, API server and controller manager, as an ordinary user.

RBAC is on, ServiceAccount tokens and garbage collection work; there is no node, so nothing runs in Pods. All of it
lives in one folder and ends with the program that started it, however that ends.

    python -m devtools.control_plane      brings one up, prints its kubeconfig, and waits for Ctrl-C
"""

import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from devtools.binaries import BinariesError, control_plane_binaries
from devtools.child import Child
from devtools.pki import Authority, signing_key

PATIENCE = 60.0
ADMIN, ADMIN_GROUP = "admin", "system:masters"
CONTROLLERS = ",".join(
    f"{name}-controller"
    for name in (
        "garbage-collector",
        "namespace",
        "serviceaccount",
        "resourcequota",
        "clusterrole-aggregation",
        "root-ca-certificate-publisher",
    )
)


class ControlPlaneError(Exception):
    """The control plane did not come up; the message names the program and the last line of its log."""


class ControlPlane:
    """A control plane for as long as a `with` block lasts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._stack = ExitStack()
        self._given = folder
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        self.binaries = control_plane_binaries()
        made = self._stack.enter_context(
            tempfile.TemporaryDirectory(prefix="control-plane-", ignore_cleanup_errors=True)
        )
        self.folder = self._given or Path(made)
        (self.folder / "pki").mkdir(exist_ok=True)
        self._authority = Authority(self.folder / "pki", "control-plane")
        self.ca = self._authority.certificate
        self._port, *self._etcd_ports = _free_ports(3)
        self.url = f"https://127.0.0.1:{self._port}"
        self._serving = self._authority.server(
            "kube-apiserver", ["127.0.0.1", "localhost", "10.0.0.1", "kubernetes", "kubernetes.default.svc"]
        )
        self._signing = signing_key(self.folder / "pki" / "service-accounts.key")
        self.kubeconfig = self._kubeconfig(ADMIN, *self._authority.client(ADMIN, ADMIN_GROUP))
        self._run("etcd", self._etcd())
        self.start_api_server()
        manager = "system:kube-controller-manager"
        self._run(
            "kube-controller-manager", self._controllers(self._kubeconfig("kcm", *self._authority.client(manager)))
        )
        self._wait("kube-controller-manager", self._has_service_accounts)

    # --- what it offers -----------------------------------------------------------------------------------------
    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and give its output. Raises `CalledProcessError`."""
        command = [str(self.binaries / "kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin).stdout

    def kubeconfig_for(self, namespace: str, service_account: str) -> Path:
        """Write a kubeconfig with a token of a ServiceAccount, good for ten hours."""
        token = self.kubectl("create", "token", service_account, "-n", namespace, "--duration=10h").strip()
        return self._write_kubeconfig(f"{namespace}-{service_account}", {"token": token})

    def start_api_server(self) -> None:
        """Start the API server, and wait until it answers."""
        self._run("kube-apiserver", self._api_server())
        self._wait("kube-apiserver", self._is_ready)

    def stop_api_server(self) -> None:
        """Stop the API server; what it keeps stays."""
        self._children.pop("kube-apiserver").stop()

    def pids(self) -> list[int]:
        """Give the ids of its processes."""
        return [child.pid for child in self._children.values()]

    # --- its programs -------------------------------------------------------------------------------------------
    def _etcd(self) -> list[str]:
        client, peer = (f"http://127.0.0.1:{port}" for port in self._etcd_ports)
        return [
            f"--data-dir={self.folder}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def _api_server(self) -> list[str]:
        certificate, key = self._serving
        return [
            f"--etcd-servers=http://127.0.0.1:{self._etcd_ports[0]}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            f"--client-ca-file={self.ca}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._signing}",
            f"--service-account-signing-key-file={self._signing}",
            "--endpoint-reconciler-type=none",
            "--allow-privileged=false",
            f"--cert-dir={self.folder}/certificates",
        ]

    def _controllers(self, kubeconfig: Path) -> list[str]:
        return [
            f"--kubeconfig={kubeconfig}",
            f"--controllers={CONTROLLERS}",
            f"--service-account-private-key-file={self._signing}",
            f"--root-ca-file={self.ca}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--secure-port=0",
            "--concurrent-gc-syncs=4",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ]

    def _run(self, program: str, arguments: list[str]) -> None:
        child = Child([str(self.binaries / program), *arguments], self.folder / f"{program}.log")
        self._children[program] = child
        self._stack.callback(child.stop)

    def _wait(self, program: str, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, or the program has ended. Raises `ControlPlaneError`."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            child = self._children[program]
            if child.ended or time.monotonic() > deadline:
                raise ControlPlaneError(f"{program} did not come up; {child.log} ends with: {child.last_words()}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        return self._answers("get", "--raw=/readyz")

    def _has_service_accounts(self) -> bool:
        return self._answers("get", "serviceaccount", "default", "-n", "default")

    def _answers(self, *arguments: str) -> bool:
        try:
            self.kubectl(*arguments, "--request-timeout=2s")
        except subprocess.CalledProcessError:
            return False
        return True

    def _kubeconfig(self, name: str, certificate: Path, key: Path) -> Path:
        return self._write_kubeconfig(name, {"client-certificate": str(certificate), "client-key": str(key)})

    def _write_kubeconfig(self, name: str, user: dict[str, str]) -> Path:
        cluster = {"server": self.url, "certificate-authority": str(self.ca)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "demo", "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": "demo", "user": name}}],
            "current-context": name,
        }
        path = self.folder / f"{name.replace(':', '-')}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(config, sort_keys=False))
        return path


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def main() -> int:
    """Bring up a control plane and wait for Ctrl-C."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        with ControlPlane() as plane:
            print(f"export KUBECONFIG={plane.kubeconfig}\nalias kubectl={plane.binaries}/kubectl", flush=True)
            done.wait()
    except (BinariesError, ControlPlaneError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
