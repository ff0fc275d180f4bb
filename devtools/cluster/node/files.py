"""The keys, certificates, kubeconfigs and configuration files of a node, in its folder."""

from dataclasses import dataclass
from pathlib import Path

from devtools.cluster.kubeconfig import write_kubeconfig
from devtools.cluster.node.network import API_NAMES, API_PORT, NODE_ADDRESS, NODE_NAME, render
from devtools.cluster.pki import Authority, signing_key

CLIENTS = {
    "kube-controller-manager": ("system:kube-controller-manager", None),
    "kube-scheduler": ("system:kube-scheduler", None),
    "kube-proxy": ("system:kube-proxy", None),
    "kube-router": ("kube-router", "system:masters"),
    "kubelet": (f"system:node:{NODE_NAME}", "system:nodes"),
}
"""The user and the group of each program that is a client of the API server."""


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """The folder, and the paths of certificates with their keys."""

    folder: Path
    ca: Path
    api_server: tuple[Path, Path]
    api_server_as_client: tuple[Path, Path]
    kubelet: tuple[Path, Path]
    signing_key: Path
    admin: tuple[Path, Path]

    def kubeconfig(self, program: str) -> Path:
        """Return the path of the kubeconfig of a program."""
        return self.folder / f"{program}.kubeconfig"

    def configuration(self, name: str) -> Path:
        """Return the path of a configuration file."""
        return self.folder / name


def write_node_files(folder: Path) -> NodeFiles:
    """Create keys and certificates, and write the kubeconfigs of the node's programs."""
    authority = Authority(folder, "node")
    for program, (user, group) in CLIENTS.items():
        certificate, key = authority.client(user, group)
        credentials = {"client-certificate": str(certificate), "client-key": str(key)}
        server = f"https://{NODE_ADDRESS}:{API_PORT}"
        write_kubeconfig(folder / f"{program}.kubeconfig", server, authority.certificate, credentials)
    return NodeFiles(
        folder,
        authority.certificate,
        api_server=authority.server("kube-apiserver", API_NAMES),
        api_server_as_client=authority.client("kube-apiserver-as-client", "system:masters"),
        kubelet=authority.server("kubelet-server", [NODE_ADDRESS, NODE_NAME]),
        signing_key=signing_key(folder / "service-accounts.key"),
        admin=authority.client("admin", "system:masters"),
    )


def write_configuration(files: NodeFiles, pause: str, cgroup: str, cni_plugins: Path) -> None:
    """Write the configuration files of containerd, its CNI plugins, the kubelet and kube-proxy."""
    certificate, key = files.kubelet
    values = {
        "folder": str(files.folder),
        "pause": pause,
        "cgroup": cgroup,
        "cni_plugins": str(cni_plugins),
        "ca": str(files.ca),
        "certificate": str(certificate),
        "key": str(key),
        "kubeconfig": str(files.kubeconfig("kube-proxy")),
    }
    (files.folder / "cni").mkdir()
    for name, target in (
        ("containerd.toml", "containerd.toml"),
        ("kubelet.yaml", "kubelet.yaml"),
        ("kube-proxy.yaml", "kube-proxy.yaml"),
        ("10-bridge.conflist", "cni/10-bridge.conflist"),
    ):
        files.configuration(target).write_text(render(name, **values))
    files.configuration("resolv.conf").write_text("nameserver 127.0.0.1\n")  # no name leaves the node
