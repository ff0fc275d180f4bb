"""The command lines of the programs of a node, without the path of the program."""

from devtools.cluster.node.files import NodeFiles
from devtools.cluster.node.network import API_PORT, NODE_ADDRESS, NODE_NAME, SERVICES

CONTAINERD, CONTAINERD_SOCKET = "containerd", "/run/containerd/containerd.sock"
IN_CONTROL_PLANE = ("kube-controller-manager", "kube-scheduler")
ON_NODE = ("kubelet", "kube-proxy")
FIREWALL = "kube-router"
PROGRAMS = ("etcd", "kube-apiserver", "kubectl", *IN_CONTROL_PLANE, *ON_NODE, FIREWALL, "coredns", "pause")
"""The programs that are built from Go modules."""


def arguments(program: str, files: NodeFiles) -> list[str]:
    """Return the arguments of a program."""
    return _ARGUMENTS[program](files)


def _etcd(files: NodeFiles) -> list[str]:
    client, peer = "http://127.0.0.1:2379", "http://127.0.0.1:2380"
    return [
        f"--data-dir={files.folder}/etcd",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _api_server(files: NodeFiles) -> list[str]:
    certificate, key = files.api_server
    client_certificate, client_key = files.api_server_as_client
    return [
        "--etcd-servers=http://127.0.0.1:2379",
        "--bind-address=0.0.0.0",
        f"--advertise-address={NODE_ADDRESS}",
        f"--secure-port={API_PORT}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={files.ca}",
        f"--kubelet-certificate-authority={files.ca}",
        f"--kubelet-client-certificate={client_certificate}",
        f"--kubelet-client-key={client_key}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--service-cluster-ip-range={SERVICES}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={files.signing_key}",
        f"--service-account-signing-key-file={files.signing_key}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--profiling=false",
    ]


def _controller_manager(files: NodeFiles) -> list[str]:
    return [
        f"--kubeconfig={files.kubeconfig('kube-controller-manager')}",
        f"--service-account-private-key-file={files.signing_key}",
        f"--root-ca-file={files.ca}",
        "--use-service-account-credentials=true",
        *_ALONE,
    ]


def _scheduler(files: NodeFiles) -> list[str]:
    return [f"--kubeconfig={files.kubeconfig('kube-scheduler')}", *_ALONE]


def _containerd(files: NodeFiles) -> list[str]:
    return [f"--config={files.configuration('containerd.toml')}"]


def _kubelet(files: NodeFiles) -> list[str]:
    return [
        f"--config={files.configuration('kubelet.yaml')}",
        f"--kubeconfig={files.kubeconfig('kubelet')}",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={NODE_ADDRESS}",
        f"--root-dir={files.folder}/kubelet",
        f"--cert-dir={files.folder}/kubelet-certificates",
    ]


def _proxy(files: NodeFiles) -> list[str]:
    return [f"--config={files.configuration('kube-proxy.yaml')}"]


def _router(files: NodeFiles) -> list[str]:
    """Only the firewall of kube-router is used: it enforces NetworkPolicies."""
    return [
        f"--kubeconfig={files.kubeconfig(FIREWALL)}",
        f"--hostname-override={NODE_NAME}",
        f"--service-cluster-ip-range={SERVICES}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
    ]


_ALONE = ("--leader-elect=false", "--bind-address=127.0.0.1")
_ARGUMENTS = {
    "etcd": _etcd,
    "kube-apiserver": _api_server,
    "kube-controller-manager": _controller_manager,
    "kube-scheduler": _scheduler,
    CONTAINERD: _containerd,
    "kubelet": _kubelet,
    "kube-proxy": _proxy,
    FIREWALL: _router,
}
