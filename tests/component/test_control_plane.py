"""The project's control plane has the features that tests rely on, and leaves nothing behind."""

import json
import signal
from pathlib import Path

import pytest

from devtools.cluster.binaries import kubernetes_version
from devtools.cluster.components import API_SERVER, PROGRAMS
from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.cluster import Namespace, until
from tests.support.polling import wait_until
from tests.support.processes import find_processes, python

KIND = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: owners.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Owner, plural: owners, singular: owner}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""


def create_owned(kind: str, version: str, plane: ControlPlane, namespace: str) -> None:
    """Create an owner of some kind, and a ConfigMap that it owns."""
    owner = {"apiVersion": version, "kind": kind, "metadata": {"name": "owner"}}
    made = plane.kubectl("create", "-n", namespace, "-f", "-", "-o", "json", stdin=json.dumps(owner))
    reference = {"apiVersion": version, "kind": kind, "name": "owner", "uid": json.loads(made)["metadata"]["uid"]}
    metadata = {"name": "dependent", "ownerReferences": [reference]}
    dependent = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    plane.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(dependent))


def is_deleted(plane: ControlPlane, *which: str) -> bool:
    """Return whether an object does not exist any more."""
    return plane.kubectl("get", *which, "--ignore-not-found") == ""


def test_the_api_server_reports_its_version(control_plane: ControlPlane) -> None:
    """Clients depend on this version; without a stamp it is v0.0.0."""
    version = json.loads(control_plane.kubectl("get", "--raw=/version"))["gitVersion"]
    assert version.rpartition(".")[0] == kubernetes_version().rpartition(".")[0]


async def test_a_service_account_is_authenticated_and_has_no_permissions(
    control_plane: ControlPlane, namespace: Namespace
) -> None:
    """The token identifies the ServiceAccount, and without a role RBAC refuses its requests."""
    control_plane.kubectl("create", "serviceaccount", "nobody", "-n", namespace.name)
    async with KubeAPI(from_kubeconfig(control_plane.kubeconfig_for(namespace.name, "nobody"))) as api:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        review_status = await api.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=review)
        assert review_status["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace.name}:nobody"
        with pytest.raises(KubeError) as refused:
            await api.request("GET", f"/api/v1/namespaces/{namespace.name}/secrets")
        assert refused.value.status == 403


def test_a_token_kubeconfig_is_readable_by_its_owner_only(control_plane: ControlPlane) -> None:
    """It contains a token."""
    assert control_plane.kubeconfig_for("default", "default").stat().st_mode & 0o777 == 0o600


async def test_dependent_of_a_deleted_owner_is_collected(control_plane: ControlPlane, namespace: Namespace) -> None:
    """The garbage collector works for built-in kinds."""
    create_owned("Secret", "v1", control_plane, namespace.name)
    await namespace.delete("secrets", "owner")

    async def collected() -> bool:
        return await namespace.get("configmaps", "dependent") is None

    await until(collected)


def test_a_deleted_namespace_is_removed_with_its_objects(control_plane: ControlPlane) -> None:
    """A namespace does not stay in Terminating."""
    control_plane.kubectl("create", "namespace", "going")
    control_plane.kubectl("create", "secret", "generic", "inside", "-n", "going", "--from-literal=key=value")
    control_plane.kubectl("delete", "namespace", "going", "--timeout=20s")
    assert is_deleted(control_plane, "namespace", "going")


def test_a_quota_is_enforced(control_plane: ControlPlane, namespace: Namespace) -> None:
    """Tests can provoke refused writes with a quota."""
    control_plane.kubectl("create", "quota", "none", "--hard=count/secrets=0", "-n", namespace.name)
    with pytest.raises(ControlPlaneError, match="exceeded quota"):
        control_plane.kubectl("create", "secret", "generic", "one", "-n", namespace.name)


def test_a_failure_of_kubectl_has_its_output(control_plane: ControlPlane) -> None:
    """The error contains the reason, not only a status."""
    with pytest.raises(ControlPlaneError, match=r"kubectl get gizmos: .*doesn't have a resource type"):
        control_plane.kubectl("get", "gizmos")


def test_a_restarted_api_server_has_the_same_data_and_address(tmp_path: Path) -> None:
    """While it is stopped, connections are refused; afterwards clients and controllers continue."""
    kind = tmp_path / "kind.yaml"
    kind.write_text(KIND)
    with ControlPlane(kind) as plane:
        create_owned("Owner", "example.com/v1", plane, "default")
        plane.stop_api_server()
        with pytest.raises(ControlPlaneError, match="refused"):
            plane.kubectl("get", "namespaces")
        plane.start_api_server()
        plane.kubectl("delete", "owners.example.com", "owner", "-n", "default")
        wait_until(lambda: is_deleted(plane, "configmap", "dependent", "-n", "default"), "the dependent is collected")


def test_a_program_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the name of the program and the last line of its output."""
    for name in PROGRAMS:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n" + ("sleep 600" if name == API_SERVER else "echo 'no space left'; exit 1"))
        program.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(ControlPlaneError, match=r"^etcd did not start: no space left$"), ControlPlane():
        pass
    assert not find_processes(str(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_an_ended_program_leaves_neither_process_nor_folder(number: signal.Signals) -> None:
    """Ctrl-C, a closed terminal and SIGKILL leave nothing behind."""
    with python("-m", "devtools.cluster.control_plane") as (program, line):
        folder = Path(line.removeprefix("export KUBECONFIG=")).parent
        assert len(find_processes(str(folder))) >= 3
        program.send_signal(number)
    assert program.returncode == (-number if number == signal.SIGKILL else 0)
    wait_until(lambda: not find_processes(str(folder)), "its processes have ended")
    wait_until(lambda: not folder.exists(), "its folder is gone")
