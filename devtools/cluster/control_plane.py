"""A real Kubernetes control plane on loopback: etcd, API server and controller manager, as an ordinary user.

RBAC, ServiceAccount tokens and garbage collection work. There is no node, so no Pods run. All files are in one folder.
The control plane ends with the program that started it, even if that program is terminated by a signal.

    python -m devtools.cluster.control_plane      starts one, prints its kubeconfig, and waits for Ctrl-C
"""

import http.client
import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devtools.cluster import components
from devtools.cluster.binaries import control_plane_binaries
from devtools.cluster.components import API_SERVER, CONTROLLER_MANAGER, ETCD, KUBECTL, NAMES, ControlPlaneFiles
from devtools.cluster.kubeconfig import write_kubeconfig
from devtools.cluster.pki import Authority, signing_key
from devtools.go_programs.build import GoBuildError
from devtools.local.child import Child
from devtools.local.reserved_port import reserved_port
from devtools.local.temporary_folder import temporary_folder

PATIENCE, REQUEST_PATIENCE = 60.0, 20.0
"""Seconds that a program may take to start, and a request."""
TEN_HOURS = 36_000
READY, DEFAULT_ACCOUNT = "/readyz", "/api/v1/namespaces/default/serviceaccounts/default"


class ControlPlaneError(Exception):
    """A program did not start, or kubectl failed; the message ends with the last line of its output."""


class ControlPlane:
    """A control plane for as long as a `with` block lasts.

    `manifests` are files or folders. They are applied before the controllers start, because the garbage collector
    discovers new kinds only twice a minute.
    """

    def __init__(self, *manifests: Path) -> None:
        self._manifests = manifests
        self._stack = ExitStack()
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        """Start it; raise `GoBuildError` or `ControlPlaneError`."""
        with ExitStack() as stack:
            self._prepare(stack)
            stack.callback(self._kill)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, and remove its folder."""
        self._stack.close()

    def _prepare(self, stack: ExitStack) -> None:
        self.binaries = control_plane_binaries()
        self.folder = stack.enter_context(temporary_folder("control-plane-"))
        authority = Authority(self.folder, "control-plane")
        self.ca = authority.certificate
        self._files = ControlPlaneFiles(
            self.folder,
            stack.enter_context(reserved_port()),
            self.ca,
            *authority.server("kube-apiserver", NAMES),
            signing_key(self.folder / "service-accounts.key"),
        )
        self.url = self._files.url
        self._admin = authority.client("admin", "system:masters")
        self.kubeconfig = self._write_client_kubeconfig("admin", *self._admin)
        self._controllers = self._write_client_kubeconfig(
            "controllers", *authority.client("system:kube-controller-manager")
        )
        self._trust = ssl.create_default_context(cafile=self.ca)
        self._trust.load_cert_chain(*self._admin)

    def _start(self) -> None:
        self._run(ETCD, components.etcd(self._files))
        self.start_api_server()
        self._apply()
        self._run(CONTROLLER_MANAGER, components.controller_manager(self._files, self._controllers))
        self._wait(CONTROLLER_MANAGER, lambda: self._is_available(DEFAULT_ACCOUNT))

    def _apply(self) -> None:
        for path in self._manifests:
            self.kubectl("apply", "--server-side", "--filename", str(path))
        kinds = self.kubectl("get", "crds", "--output=name").split()
        if kinds:
            self.kubectl("wait", "--for=condition=Established", "--timeout=30s", *kinds)

    def _kill(self) -> None:
        # Their data is temporary, and an orderly shutdown would take a second.
        for child in reversed(self._children.values()):
            child.kill()

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and return its output. Raises `ControlPlaneError`."""
        own = [f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.folder}/kubectl"]
        command = [str(self.binaries / KUBECTL), *own, *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
        if done.returncode:
            raise ControlPlaneError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def kubeconfig_for(self, namespace: str, service_account: str) -> Path:
        """Write a kubeconfig with a token of a ServiceAccount, valid for ten hours."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        made = self.create(path, {"spec": {"expirationSeconds": TEN_HOURS}})
        return self._kubeconfig(f"{namespace}-{service_account}", {"token": made["status"]["token"]})

    def create(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object as administrator and return it, at less cost than kubectl. Raises `ControlPlaneError`."""
        status, made = self._send("POST", path, json.dumps(body))
        if status != http.client.CREATED:
            raise ControlPlaneError(f"{path}: {made.get('message', status)}")
        return made

    def pid(self, program: str) -> int:
        """Return the process id of one of the programs."""
        return self._children[program].pid

    def start_api_server(self) -> None:
        """Start the API server, and wait until it is ready."""
        self._run(API_SERVER, components.api_server(self._files))
        self._wait(API_SERVER, lambda: self._is_available(READY))

    def stop_api_server(self) -> None:
        """Kill the API server, as in a crash; its data and its port are kept."""
        self._children.pop(API_SERVER).kill()

    def _run(self, program: str, arguments: list[str]) -> None:
        command = [str(self.binaries / program), *arguments]
        self._children[program] = Child(command, self.folder / f"{program}.log")

    def _wait(self, program: str, is_ready: Callable[[], bool]) -> None:
        """Wait for a condition. Raises `ControlPlaneError` if a program ends or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            late = program if time.monotonic() > deadline else None
            failed = next((name for name, child in self._children.items() if child.has_ended), late)
            if failed:
                raise ControlPlaneError(f"{failed} did not start: {self._children[failed].last_line()}")
            time.sleep(0.02)

    def _is_available(self, path: str) -> bool:
        try:
            return self._send("GET", path)[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        """Send a request as administrator, and return the status code and the object, if the response has one."""
        address = ("127.0.0.1", self._files.port)
        with closing(
            http.client.HTTPSConnection(*address, context=self._trust, timeout=REQUEST_PATIENCE)
        ) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content.startswith(b"{") else {}

    def _write_client_kubeconfig(self, name: str, certificate: Path, key: Path) -> Path:
        return self._kubeconfig(name, {"client-certificate": str(certificate), "client-key": str(key)})

    def _kubeconfig(self, name: str, user: dict[str, str]) -> Path:
        return write_kubeconfig(self.folder / f"{name}.kubeconfig", self.url, self.ca, user)


def main() -> int:
    """Start a control plane and wait for Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with ControlPlane() as plane:
            print(f"export KUBECONFIG={plane.kubeconfig}\nalias kubectl={plane.binaries / KUBECTL}", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (GoBuildError, ControlPlaneError) as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
