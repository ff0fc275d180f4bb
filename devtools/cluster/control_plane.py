"""A real Kubernetes control plane on loopback: etcd, API server and controller manager, as an ordinary user.

RBAC is on, ServiceAccount tokens and garbage collection work; there is no node, so nothing runs in Pods. All of it
lives in one folder and ends with the program that started it, however that ends.

    python -m devtools.control_plane      brings one up, prints its kubeconfig, and waits for Ctrl-C
"""

import http.client
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devtools.cluster import components
from devtools.cluster.binaries import BinariesError, control_plane_binaries
from devtools.cluster.components import API_SERVER, CONTROLLER_MANAGER, ETCD, KUBECTL, NAMES, Site
from devtools.cluster.kubeconfig import write_kubeconfig
from devtools.cluster.pki import Authority, signing_key
from devtools.local.child import Child
from devtools.local.reserved_port import reserved_port
from devtools.local.temporary_folder import temporary_folder

PATIENCE = 60.0
"""Seconds that a program may take to come up."""
READY, DEFAULT_ACCOUNT = "/readyz", "/api/v1/namespaces/default/serviceaccounts/default"


class ControlPlaneError(Exception):
    """A program did not come up, or kubectl failed; the message ends with what the program said last."""


class ControlPlane:
    """A control plane for as long as a `with` block lasts.

    `manifests` are files or folders of them, applied before the controllers start: the garbage collector looks for
    kinds that are new to it only twice a minute.
    """

    def __init__(self, *manifests: Path) -> None:
        self._manifests = manifests
        self._stack = ExitStack()
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        """Bring it up; raises `BinariesError` or `ControlPlaneError`."""
        with ExitStack() as stack:
            self._prepare(stack)
            stack.callback(self._end)
            self._bring_up()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it down, and its folder with it."""
        self._stack.close()

    def _prepare(self, stack: ExitStack) -> None:
        self.binaries = control_plane_binaries()
        self.folder = stack.enter_context(temporary_folder("control-plane-"))
        authority = Authority(self.folder, "control-plane")
        self.ca = authority.certificate
        self._site = Site(
            self.folder,
            stack.enter_context(reserved_port()),
            self.ca,
            *authority.server("kube-apiserver", NAMES),
            signing_key(self.folder / "service-accounts.key"),
        )
        self.url = self._site.url
        self._admin = authority.client("admin", "system:masters")
        self.kubeconfig = self._certified("admin", *self._admin)
        self._controllers = self._certified("controllers", *authority.client("system:kube-controller-manager"))
        self._trust = ssl.create_default_context(cafile=self.ca)
        self._trust.load_cert_chain(*self._admin)

    def _bring_up(self) -> None:
        self._run(ETCD, components.etcd(self._site))
        self.start_api_server()
        self._apply()
        self._run(CONTROLLER_MANAGER, components.controller_manager(self._site, self._controllers))
        self._wait(CONTROLLER_MANAGER, lambda: self._answers(DEFAULT_ACCOUNT))

    def _apply(self) -> None:
        for path in self._manifests:
            self.kubectl("apply", "--server-side", "--filename", str(path))
        kinds = self.kubectl("get", "crds", "--output=name").split()
        if kinds:
            self.kubectl("wait", "--for=condition=Established", "--timeout=30s", *kinds)

    def _end(self) -> None:
        # By force: nothing that they keep outlives them, and in order it would take a second.
        for child in reversed(self._children.values()):
            child.kill()

    # --- what it offers -----------------------------------------------------------------------------------------
    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and give its output. Raises `ControlPlaneError`."""
        own = [f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.folder}/kubectl"]
        command = [str(self.binaries / KUBECTL), *own, *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
        if done.returncode:
            raise ControlPlaneError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def kubeconfig_for(self, namespace: str, service_account: str) -> Path:
        """Write a kubeconfig with a token of a ServiceAccount, good for ten hours."""
        token = self.kubectl("create", "token", service_account, "-n", namespace, "--duration=10h").strip()
        return self._kubeconfig(f"{namespace}-{service_account}", {"token": token})

    def pid(self, program: str) -> int:
        """Give the process id of one of its programs."""
        return self._children[program].pid

    def start_api_server(self) -> None:
        """Start the API server, and wait until it answers."""
        self._run(API_SERVER, components.api_server(self._site))
        self._wait(API_SERVER, lambda: self._answers(READY))

    def stop_api_server(self) -> None:
        """End the API server as a crash does; what it keeps stays, and so does its port."""
        self._children.pop(API_SERVER).kill()

    def _run(self, program: str, arguments: list[str]) -> None:
        command = [str(self.binaries / program), *arguments]
        self._children[program] = Child(command, self.folder / f"{program}.log")

    def _wait(self, program: str, is_so: Callable[[], bool]) -> None:
        """Wait until something is so. Raises `ControlPlaneError` where a program ends or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            late = program if time.monotonic() > deadline else None
            guilty = next((name for name, child in self._children.items() if child.ended), late)
            if guilty:
                raise ControlPlaneError(f"{guilty} did not come up: {self._children[guilty].last_words()}")
            time.sleep(0.02)

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPSConnection("127.0.0.1", self._site.port, context=self._trust, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _certified(self, name: str, certificate: Path, key: Path) -> Path:
        return self._kubeconfig(name, {"client-certificate": str(certificate), "client-key": str(key)})

    def _kubeconfig(self, name: str, user: dict[str, str]) -> Path:
        return write_kubeconfig(self.folder / f"{name}.kubeconfig", self.url, self.ca, user)


def main() -> int:
    """Bring up a control plane and wait for Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with ControlPlane() as plane:
            print(f"export KUBECONFIG={plane.kubeconfig}\nalias kubectl={plane.binaries / KUBECTL}", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (BinariesError, ControlPlaneError) as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
