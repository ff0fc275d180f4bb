"""The commands of the guides about installation, as they stand there, on a real API server.

Nothing runs Pods here. So the part of the kubelet is played: a Deployment becomes ready, and a Job runs its command.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from devtools.external_crds import external_crds
from tests.support.drain_jobs import SCOPE, UNINSTALL, running_job
from tests.support.page_commands import PAGES, ROOT, PageShell, read_commands

NAMESPACE = "oauth-connector-system"
OF_CLUSTER = "clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding,crd"


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    """Return a control plane on which nothing is installed but the CRDs of other projects."""
    with ControlPlane(*external_crds()) as plane:
        yield plane


@pytest.fixture
def user(cluster: ControlPlane, tmp_path: Path) -> Iterator[PageShell]:
    """Return a cluster administrator who follows a guide; afterwards the cluster is as before."""
    yield PageShell(tmp_path, cluster.kubeconfig)
    installed = [name for name in cluster.kubectl("get", OF_CLUSTER, "-o", "name").split() if "oauth" in name]
    if installed:
        cluster.kubectl("delete", *installed)
    cluster.kubectl("delete", "namespace", "--ignore-not-found", NAMESPACE, "team-a", "team-b", "team-c")


def become_ready(cluster: ControlPlane) -> None:
    """Report the Deployment as ready, as its controller does when the kubelet has started the Pods."""
    deployment = ("deployment/oauth-connector", "-n", NAMESPACE)
    generation = int(cluster.kubectl("get", *deployment, "-o", "jsonpath={.metadata.generation}"))
    pods = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 2)
    patch = json.dumps({"status": {"observedGeneration": generation, **pods}})
    cluster.kubectl("patch", *deployment, "--subresource=status", "--type=merge", "-p", patch)


def image(cluster: ControlPlane) -> str:
    """Return the image of the operator."""
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    return cluster.kubectl("get", "deployment", "oauth-connector", "-n", NAMESPACE, "-o", path)


def read_settings(cluster: ControlPlane) -> object:
    """Return the data of the ConfigMap of the operator."""
    path = "jsonpath={.data}"
    return json.loads(cluster.kubectl("get", "configmap", "oauth-connector", "-n", NAMESPACE, "-o", path))


def install(user: PageShell, cluster: ControlPlane) -> None:
    """Run the commands of the section about Helm."""
    create, write, install_chart, wait, upgrade = read_commands(PAGES / "install.md")["With Helm"]
    for block in (create, write, install_chart):
        user.run(block)
    become_ready(cluster)
    assert "successfully rolled out" in user.run(wait)
    user.run(upgrade)


def test_the_chart_is_installed_as_the_guide_describes(user: PageShell, cluster: ControlPlane) -> None:
    """The image is the one of the values, in a namespace of the standard `restricted`."""
    install(user, cluster)
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"
    assert "restricted" in cluster.kubectl("get", "namespace", NAMESPACE, "--show-labels")


def test_the_chart_is_limited_to_namespaces_as_the_guide_describes(user: PageShell, cluster: ControlPlane) -> None:
    """The operator's ClusterRole is deleted, and a user with permissions in one namespace installs another operator."""
    install(user, cluster)
    limit, bind, install_as_owner = read_commands(PAGES / "install.md")["In some namespaces only"]
    with running_job(cluster, NAMESPACE, SCOPE):
        user.run(limit)
    with pytest.raises(ControlPlaneError, match="NotFound"):
        cluster.kubectl("get", "clusterrole", "oauth-connector")
    assert "oauth-connector" in cluster.kubectl("get", "role", "-n", "team-b")
    user.run(bind)
    user.run(install_as_owner, {"HELM_KUBEASUSER": "ann"})
    assert "oauth-connector" in cluster.kubectl("get", "deployment", "-n", "team-c")


def test_kustomize_installs_as_the_guide_describes(user: PageShell, cluster: ControlPlane) -> None:
    """The overlay sets image and settings."""
    (block,) = read_commands(PAGES / "install.md")["With kustomize"]
    user.run(block)
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"
    assert read_settings(cluster) == {"config.yaml": "logLevel: info"}


def test_an_upgrade_without_helm_keeps_image_and_settings(user: PageShell, cluster: ControlPlane) -> None:
    """Also for an operator that was installed with one file, whose image was set by another command."""
    pages = [read_commands(PAGES / name) for name in ("install.md", "upgrade.md")]
    user.run(pages[0]["With one file"][0])
    user.run(pages[0]["With kustomize"][0])
    become_ready(cluster)
    for block in pages[1]["With kustomize or one file"]:
        user.run(block)
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"
    assert read_settings(cluster) == {"config.yaml": "logLevel: info"}


def test_one_file_is_installed_and_removed_as_the_guides_describe(user: PageShell, cluster: ControlPlane) -> None:
    """The operator is removed in the order that loses nothing, and the CRDs stay until they are deleted too."""
    (block,) = read_commands(PAGES / "install.md")["With one file"]
    user.run(block)
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"
    commands = read_commands(PAGES / "uninstall.md")
    stop, delete = commands["With kustomize or one file"]
    user.run(stop)
    user.run(delete)
    assert "oauthconnectors" in cluster.kubectl("get", "crd", "-o", "name")
    (delete_everything,) = commands["Delete everything"]
    user.run(delete_everything)
    assert "oauthconnectors" not in cluster.kubectl("get", "crd", "-o", "name")


def objects_left(cluster: ControlPlane) -> list[str]:
    """Return the names of the objects in the namespace of the operator that Helm or its Job could have left."""
    return cluster.kubectl(
        "get", "deployment,job,role,rolebinding,serviceaccount", "-n", NAMESPACE, "-o", "name"
    ).split()


def test_a_release_is_removed_as_the_guide_describes(user: PageShell, cluster: ControlPlane) -> None:
    """Helm waits for the Job, and deletes everything but the CRDs. After a Job that failed, it works without one."""
    install(user, cluster)
    uninstall, without_job = read_commands(PAGES / "uninstall.md")["With Helm"]
    with running_job(cluster, NAMESPACE, UNINSTALL):
        user.run(uninstall)
    assert objects_left(cluster) == ["serviceaccount/default"]
    assert "oauthconnectors" in cluster.kubectl("get", "crd", "-o", "name")
    user.run(read_commands(PAGES / "install.md")["With Helm"][2])
    with pytest.raises(AssertionError, match="oauth-connector-drain not ready"):
        user.run(uninstall.replace("\n", " --timeout 1s\n"))
    assert "job" in cluster.kubectl("get", "job", "-n", NAMESPACE, "-o", "name")
    user.run(without_job)
    assert objects_left(cluster) == ["serviceaccount/default"]


def test_consent_server_and_monitoring_are_added_as_the_guides_describe(user: PageShell, cluster: ControlPlane) -> None:
    """Each upgrade keeps the values of the ones before it."""
    install(user, cluster)
    enable, route = read_commands(PAGES / "run-the-consent-server.md")["Install it"]
    user.run(enable)
    user.run(route)
    annotations = "jsonpath={.metadata.annotations}"
    ingress = cluster.kubectl("get", "ingress", "oauth-connector-consent", "-n", NAMESPACE, "-o", annotations)
    assert json.loads(ingress)["cert-manager.io/cluster-issuer"] == "letsencrypt"
    user.run(read_commands(PAGES / "monitor.md")[""][0])
    for kind in ("servicemonitor", "prometheusrule", "ingress"):
        assert "oauth-connector" in cluster.kubectl("get", kind, "-n", NAMESPACE, "-o", "name")
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"


def test_the_command_of_the_readme_installs_the_chart(user: PageShell, cluster: ControlPlane) -> None:
    """The README shows the shortest way, with a namespace that Helm creates."""
    (block,) = read_commands(ROOT / "README.md")["Install"]
    user.run(block)
    assert image(cluster) == "registry.example.com/oauth-connector-operator:0.1.0"
