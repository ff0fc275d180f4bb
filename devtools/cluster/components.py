"""How the programs of a control plane are started: what each is told."""

from dataclasses import dataclass
from pathlib import Path

ETCD, API_SERVER, CONTROLLER_MANAGER, KUBECTL = PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kubectl",
)

# What tests and the demo rely on; without nodes the others would have nothing to do.
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
)

# The names under which the API server may be called; the last are those that it has inside a cluster.
NAMES = ("127.0.0.1", "localhost", "10.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the programs of one control plane find each other, and the files by which they trust each other."""

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
        """Etcd's address: a socket in our folder, since it asks nobody who he is."""
        return f"unix://{self.folder}/etcd.sock"


def etcd(site: Site) -> list[str]:
    """Tell etcd to be alone and quick: it need not survive a power cut."""
    nobody = "http://127.0.0.1:1"
    return [
        f"--data-dir={site.folder}/etcd",
        f"--listen-client-urls={site.etcd}",
        f"--advertise-client-urls={site.etcd}",
        f"--listen-peer-urls=unix://{site.folder}/peers.sock",
        f"--initial-advertise-peer-urls={nobody}",
        f"--initial-cluster=default={nobody}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def api_server(site: Site) -> list[str]:
    """Tell the API server to listen on loopback and to enforce RBAC."""
    return [
        f"--etcd-servers={site.etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={site.port}",
        "--permit-port-sharing",  # the port is held for it while it is down
        f"--tls-cert-file={site.certificate}",
        f"--tls-private-key-file={site.key}",
        f"--client-ca-file={site.ca}",
        "--authorization-mode=Node,RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={site.signing_key}",
        f"--service-account-signing-key-file={site.signing_key}",
        "--endpoint-reconciler-type=none",  # loopback is no address for Endpoints
        "--profiling=false",
    ]


def controller_manager(site: Site, kubeconfig: Path) -> list[str]:
    """Tell the controller manager to run some controllers, each with rights of its own, and no server."""
    return [
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--service-account-private-key-file={site.signing_key}",
        f"--root-ca-file={site.ca}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--secure-port=0",
        "--concurrent-gc-syncs=4",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
