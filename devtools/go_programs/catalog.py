"""The programs that can be built: the module folder and the package of each one, and how long its build takes."""

from dataclasses import dataclass

KUBERNETES = " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in {
        "gitVersion": "{version}",
        "gitMajor": "{major}",
        "gitMinor": "{minor}",
        "gitTreeState": "clean",
    }.items()
)
"""What a Kubernetes release stamps into its programs; clients read it."""
OLDEST = "1.30"
"""The oldest Kubernetes release that the operator supports."""


@dataclass(frozen=True, slots=True)
class GoProgram:
    """One program.

    `module` is a folder in `modules`. `package` is an import path; that of a program of our own begins with a dot.
    `stamp` has the linker's flags; `{version}` (`v1.37.2`), `{number}` (`1.37.2`), `{major}` and `{minor}` become those
    of the package's module. `seconds` is how long the build took on two cores with empty caches: it is printed when a
    build starts.
    """

    name: str
    module: str
    package: str
    seconds: int
    stamp: str = ""
    tags: str = ""

    @property
    def is_own(self) -> bool:
        """Return whether its source is in this repository."""
        return self.package.startswith(".")


def _of_kubernetes(name: str, seconds: int, module: str = "kubernetes") -> GoProgram:
    return GoProgram(name, module, f"k8s.io/kubernetes/cmd/{name}", seconds, KUBERNETES)


CATALOG = {
    "etcd": GoProgram("etcd", "etcd", "go.etcd.io/etcd/server/v3", 60),
    "kube-apiserver": _of_kubernetes("kube-apiserver", 300),
    "kube-controller-manager": _of_kubernetes("kube-controller-manager", 90),
    "kubectl": _of_kubernetes("kubectl", 30),
    "kubelet": _of_kubernetes("kubelet", 30),
    "kube-scheduler": _of_kubernetes("kube-scheduler", 20),
    "kube-proxy": _of_kubernetes("kube-proxy", 10),
    f"kube-apiserver-{OLDEST}": _of_kubernetes("kube-apiserver", 240, f"kubernetes-{OLDEST}"),
    f"kube-controller-manager-{OLDEST}": _of_kubernetes("kube-controller-manager", 60, f"kubernetes-{OLDEST}"),
    f"kubectl-{OLDEST}": _of_kubernetes("kubectl", 30, f"kubernetes-{OLDEST}"),
    "promtool": GoProgram(
        "promtool",
        "promtool",
        "github.com/prometheus/prometheus/cmd/promtool",
        180,
        tags="remove_all_sd",  # without its service discovery
    ),
    "helm": GoProgram(
        "helm", "helm", "helm.sh/helm/v4/cmd/helm", 120, "-X helm.sh/helm/v4/internal/version.version={version}"
    ),
    "coredns": GoProgram("coredns", "coredns", "github.com/coredns/coredns", 110),
    "kube-router": GoProgram(
        "kube-router", "kube-router", "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router", 300
    ),
    "flux-judge": GoProgram("flux-judge", "flux", ".", 100),
    "source-controller": GoProgram("source-controller", "flux", "github.com/fluxcd/source-controller", 160),
    "kustomize-controller": GoProgram("kustomize-controller", "flux", "github.com/fluxcd/kustomize-controller", 220),
    "argo-judge": GoProgram("argo-judge", "argocd", ".", 250),
    "argocd": GoProgram(
        "argocd",
        "argocd",
        "github.com/argoproj/argo-cd/v3/cmd",
        330,
        "-X github.com/argoproj/argo-cd/v3/common.version={number}",
    ),
    "kustomize": GoProgram(
        "kustomize",
        "kustomize",
        "sigs.k8s.io/kustomize/kustomize/v5",
        50,
        "-X sigs.k8s.io/kustomize/api/provenance.version={version}",
    ),
    "kind": GoProgram("kind", "kind", "sigs.k8s.io/kind", 20),
    "pause": GoProgram("pause", "pause", ".", 5),
    "provider": GoProgram("provider", "pods", "./provider", 20),
    "reader": GoProgram("reader", "pods", "./reader", 20),
}
"""Each program by the name that `program()` takes."""
