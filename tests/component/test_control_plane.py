"""The project's own control plane: what tests rely on, and that nothing of it is left behind."""

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
from tests.support.processes import naming, python, wait_until

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


def owned(kind: str, version: str, plane: ControlPlane, namespace: str) -> None:
    """Create an owner of some kind, and a ConfigMap that it owns."""
    owner = {"apiVersion": version, "kind": kind, "metadata": {"name": "owner"}}
    made = plane.kubectl("create", "-n", namespace, "-f", "-", "-o", "json", stdin=json.dumps(owner))
    reference = {"apiVersion": version, "kind": kind, "name": "owner", "uid": json.loads(made)["metadata"]["uid"]}
    metadata = {"name": "dependent", "ownerReferences": [reference]}
    dependent = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    plane.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(dependent))


def is_gone(plane: ControlPlane, *which: str) -> bool:
    """Tell whether an object is no longer there."""
    return plane.kubectl("get", *which, "--ignore-not-found") == ""


def test_api_server_tells_the_version_it_was_built_from(control_plane: ControlPlane) -> None:
    """Clients choose what to do by this version: an unstamped one would be v0.0.0."""
    version = json.loads(control_plane.kubectl("get", "--raw=/version"))["gitVersion"]
    assert version.rpartition(".")[0] == kubernetes_version().rpartition(".")[0]


async def test_service_accounts_token_is_known_and_may_nothing(
    control_plane: ControlPlane, namespace: Namespace
) -> None:
    """A ServiceAccount is who its token says, and without a role RBAC refuses it."""
    control_plane.kubectl("create", "serviceaccount", "nobody", "-n", namespace.name)
    async with KubeAPI(from_kubeconfig(control_plane.kubeconfig_for(namespace.name, "nobody"))) as api:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        told = await api.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=review)
        assert told["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace.name}:nobody"
        with pytest.raises(KubeError) as refused:
            await api.request("GET", f"/api/v1/namespaces/{namespace.name}/secrets")
        assert refused.value.status == 403


def test_token_kubeconfig_is_its_owners_alone(control_plane: ControlPlane) -> None:
    """It holds a token, so nobody else may read it."""
    assert control_plane.kubeconfig_for("default", "default").stat().st_mode & 0o777 == 0o600


async def test_dependent_of_a_deleted_owner_is_collected(control_plane: ControlPlane, namespace: Namespace) -> None:
    """The garbage collector works, on kinds of the API server's own."""
    owned("Secret", "v1", control_plane, namespace.name)
    await namespace.delete("secrets", "owner")

    async def collected() -> bool:
        return await namespace.get("configmaps", "dependent") is None

    await until(collected)


def test_deleted_namespace_goes_with_all_that_is_in_it(control_plane: ControlPlane) -> None:
    """A namespace does not stay in Terminating."""
    control_plane.kubectl("create", "namespace", "going")
    control_plane.kubectl("create", "secret", "generic", "inside", "-n", "going", "--from-literal=key=value")
    control_plane.kubectl("delete", "namespace", "going", "--timeout=20s")
    assert is_gone(control_plane, "namespace", "going")


def test_quota_refuses_what_is_beyond_it(control_plane: ControlPlane, namespace: Namespace) -> None:
    """An administrator's limits are enforced, so that refused writes can be tested."""
    control_plane.kubectl("create", "quota", "none", "--hard=count/secrets=0", "-n", namespace.name)
    with pytest.raises(ControlPlaneError, match="exceeded quota"):
        control_plane.kubectl("create", "secret", "generic", "one", "-n", namespace.name)


def test_failed_kubectl_tells_what_it_said(control_plane: ControlPlane) -> None:
    """The error holds the reason, not only a status."""
    with pytest.raises(ControlPlaneError, match=r"kubectl get gizmos: .*doesn't have a resource type"):
        control_plane.kubectl("get", "gizmos")


def test_restarted_api_server_has_kept_everything_at_the_same_address(tmp_path: Path) -> None:
    """While it is down nobody is answered; afterwards clients and controllers go on where they were."""
    kind = tmp_path / "kind.yaml"
    kind.write_text(KIND)
    with ControlPlane(kind) as plane:
        owned("Owner", "example.com/v1", plane, "default")
        plane.stop_api_server()
        with pytest.raises(ControlPlaneError, match="refused"):
            plane.kubectl("get", "namespaces")
        plane.start_api_server()
        plane.kubectl("delete", "owners.example.com", "owner", "-n", "default")
        wait_until(lambda: is_gone(plane, "configmap", "dependent", "-n", "default"), "the dependent is collected")


def test_program_that_fails_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person reads which program ended, and the last that it said."""
    for name in PROGRAMS:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n" + ("sleep 600" if name == API_SERVER else "echo 'no space left'; exit 1"))
        program.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(ControlPlaneError, match=r"^etcd did not come up: no space left$"), ControlPlane():
        pass
    assert not naming(str(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_ended_program_leaves_neither_process_nor_folder(number: signal.Signals) -> None:
    """After Ctrl-C, a closed terminal or a kill the machine is as it was before."""
    with python("-m", "devtools.cluster.control_plane") as (program, line):
        folder = Path(line.removeprefix("export KUBECONFIG=")).parent
        assert len(naming(str(folder))) >= 3
        program.send_signal(number)
    assert program.returncode == (-number if number == signal.SIGKILL else 0)
    wait_until(lambda: not naming(str(folder)), "its processes have ended")
    wait_until(lambda: not folder.exists(), "its folder is gone")
