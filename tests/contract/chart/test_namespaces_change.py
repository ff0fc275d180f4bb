"""An upgrade or a rollback that leaves out namespaces stops the operator before its permissions are deleted.

Nothing runs Pods here: a Job does not succeed unless the test runs it.
"""

import json
from collections.abc import Iterator

import pytest

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import CHART
from tests.support.chart_values import Values
from tests.support.drain_jobs import SCOPE, running_job
from tests.support.helm import HelmClient, HelmError

RELEASE, NAMESPACE = "oauth-connector", "oauth-connector-system"
ONE: Values = {"namespaces": ["default"]}
TWO: Values = {"namespaces": ["default", "kube-public"]}
ALL: Values = {"namespaces": []}
SOON = ("--timeout", "2s")
HOLD = "example.com/hold"


@pytest.fixture(autouse=True)
def clean(bare_plane: ControlPlane, helm: HelmClient) -> Iterator[None]:
    """Remove the release afterwards; the next one adopts the CRDs that were kept."""
    yield
    helm.run("uninstall", RELEASE, "--no-hooks", "--ignore-not-found")
    bare_plane.kubectl("delete", "job,serviceaccount,role,rolebinding", "-n", NAMESPACE, "--all")


def upgrade(helm: HelmClient, values: Values, *arguments: str) -> None:
    """Upgrade the release, with these values alone."""
    helm.run("upgrade", RELEASE, str(CHART), *arguments, values=values)


def permissions(plane: ControlPlane) -> set[str]:
    """Return the permissions that a change can delete, and that the operator has."""
    cluster = plane.kubectl("get", "clusterrolebinding", RELEASE, "--ignore-not-found", "-o", "name")
    roles = plane.kubectl("get", "rolebinding", RELEASE, "-n", "kube-public", "--ignore-not-found", "-o", "name")
    return set(cluster.split()) | set(roles.split())


def deployment(plane: ControlPlane) -> tuple[str, int]:
    """Return the UID of the Deployment, and how many Pods it wants."""
    found = json.loads(plane.kubectl("get", "deployment", RELEASE, "-n", NAMESPACE, "-o", "json"))
    return found["metadata"]["uid"], found["spec"]["replicas"]


@pytest.mark.parametrize("before", [TWO, ALL], ids=["a namespace less", "the whole cluster no more"])
def test_an_upgrade_deletes_permissions_after_the_operator_has_stopped(
    bare_plane: ControlPlane, helm: HelmClient, before: Values
) -> None:
    """Without the Job the upgrade fails and permissions stay; after it they are deleted and the operator is created."""
    helm.install(before)
    (held,) = permissions(bare_plane)
    uid, _ = deployment(bare_plane)
    with pytest.raises(HelmError, match="pre-upgrade hooks failed"):
        upgrade(helm, ONE, *SOON)
    assert (permissions(bare_plane), deployment(bare_plane)[0]) == ({held}, uid)
    with running_job(bare_plane, NAMESPACE, SCOPE):
        upgrade(helm, ONE)
    created, replicas = deployment(bare_plane)
    assert permissions(bare_plane) == set()
    assert (created != uid, replicas) == (True, 2)


def test_a_rollback_deletes_permissions_after_the_operator_has_stopped(
    bare_plane: ControlPlane, helm: HelmClient
) -> None:
    """The earlier revision has its own Job: to it, a namespace that the later one added is left out."""
    helm.install(ONE)
    upgrade(helm, TWO, *SOON)
    (held,) = permissions(bare_plane)
    uid, _ = deployment(bare_plane)
    with running_job(bare_plane, NAMESPACE, SCOPE):
        helm.run("rollback", RELEASE)
    created, replicas = deployment(bare_plane)
    assert (held, permissions(bare_plane)) == (f"rolebinding.rbac.authorization.k8s.io/{RELEASE}", set())
    assert (created != uid, replicas) == (True, 2)


def test_a_rollback_without_its_job_deletes_nothing(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """The operator that runs keeps its permissions."""
    helm.install(ONE)
    upgrade(helm, TWO, *SOON)
    held, uid = permissions(bare_plane), deployment(bare_plane)[0]
    with pytest.raises(HelmError, match="drain-scope"):
        helm.run("rollback", RELEASE, *SOON)
    assert (permissions(bare_plane), deployment(bare_plane)[0]) == (held, uid)
    assert len(held) == 1
    bare_plane.kubectl("delete", "role,rolebinding", RELEASE, "-n", "kube-public")  # Helm forgets them after a failure


@pytest.mark.parametrize(("before", "after"), [(ONE, ONE), (ONE, TWO), (TWO, ALL), (ALL, ALL)])
def test_an_upgrade_that_leaves_out_nothing_stops_nothing(
    bare_plane: ControlPlane, helm: HelmClient, before: Values, after: Values
) -> None:
    """It waits for no Job, and the Deployment stays."""
    helm.install(before)
    uid, _ = deployment(bare_plane)
    upgrade(helm, after, *SOON)
    assert deployment(bare_plane)[0] == uid


def test_a_rollback_that_leaves_out_nothing_stops_nothing(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """Its Job finds that the Deployment keeps its namespaces."""
    helm.install(TWO)
    upgrade(helm, ONE, "--no-hooks")
    uid, _ = deployment(bare_plane)
    with running_job(bare_plane, NAMESPACE, SCOPE):
        helm.run("rollback", RELEASE)
    assert deployment(bare_plane)[0] == uid


def test_an_upgrade_waits_for_a_deployment_that_is_being_deleted(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """After a stop that took too long, the next upgrade would otherwise change an operator that then disappears."""
    helm.install(ONE)
    held = {"metadata": {"finalizers": [HOLD]}}
    target = ("deployment", RELEASE, "-n", NAMESPACE)
    bare_plane.kubectl("patch", *target, "--type=merge", "-p", json.dumps(held))
    bare_plane.kubectl("delete", *target, "--wait=false")
    with pytest.raises(HelmError, match="pre-upgrade hooks failed"):
        upgrade(helm, ONE, *SOON)
    bare_plane.kubectl("patch", *target, "--type=merge", "-p", json.dumps({"metadata": {"finalizers": None}}))
    upgrade(helm, ONE)
    assert deployment(bare_plane)[1] == 2
