"""The command lines of the programs of a control plane."""

from dataclasses import dataclass
from pathlib import Path

ETCD, API_SERVER, CONTROLLER_MANAGER, KUBECTL = PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kubectl",
)

# The controllers that tests and the demo need; most others only act on nodes.
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
)

# The names in the API server's certificate; the last ones are those inside a cluster.
NAMES = ("127.0.0.1", "localhost", "10.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@dataclass(frozen=True, slots=True)
class ControlPlaneFiles:
    """Folder, port, certificates and keys of one control plane."""

    folder: Path
    port: int
    ca: Path
    certificate: Path
    key: Path
    signing_key: Path

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def etcd(self) -> str:
        """Etcd's address: a socket in a private folder, because etcd runs without authentication."""
        return f"unix://{self.folder}/etcd.sock"


def etcd(files: ControlPlaneFiles) -> list[str]:
    """Return the arguments of etcd: a single member that does not sync to disk, since no data needs to survive."""
    unused = "http://127.0.0.1:1"
    return [
        f"--data-dir={files.folder}/etcd",
        f"--listen-client-urls={files.etcd}",
        f"--advertise-client-urls={files.etcd}",
        f"--listen-peer-urls=unix://{files.folder}/peers.sock",
        f"--initial-advertise-peer-urls={unused}",
        f"--initial-cluster=default={unused}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def api_server(files: ControlPlaneFiles) -> list[str]:
    """Return the arguments of the API server: it listens on loopback and enforces RBAC."""
    return [
        f"--etcd-servers={files.etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={files.port}",
        "--permit-port-sharing",  # reserved_port keeps the port bound while the server is stopped
        f"--tls-cert-file={files.certificate}",
        f"--tls-private-key-file={files.key}",
        f"--client-ca-file={files.ca}",
        "--authorization-mode=Node,RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={files.signing_key}",
        f"--service-account-signing-key-file={files.signing_key}",
        "--endpoint-reconciler-type=none",  # Endpoints may not contain a loopback address
        "--profiling=false",
    ]


def controller_manager(files: ControlPlaneFiles, kubeconfig: Path) -> list[str]:
    """Return the arguments of the controller manager: each controller has its own permissions; no server."""
    return [
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--service-account-private-key-file={files.signing_key}",
        f"--root-ca-file={files.ca}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--secure-port=0",
        "--concurrent-gc-syncs=4",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
