"""`helm upgrade` with a namespace less, while a refresh token of that namespace is being rotated."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import CHART
from tests.support.chart_values import MATRIX, Values
from tests.support.cluster import Namespace, until
from tests.support.drain_jobs import SCOPE, run_job
from tests.support.faults import Delay
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.helm import HelmClient, admin_helm
from tests.support.operator_installs import OperatorInstalls
from tests.support.operator_process import OperatorProcess

NAME = "oauth-connector"
HOLD = "example.com/hold"
Namespaces = tuple[Namespace, Namespace]


@dataclass(frozen=True, slots=True)
class TenantRelease:
    """A release of the chart in the first of two namespaces, and its operator: a process, for which a Pod stands."""

    plane: ControlPlane
    helm: HelmClient
    installs: OperatorInstalls
    namespaces: Namespaces
    ports: list[int]

    @property
    def own(self) -> str:
        """The namespace of the release."""
        return self.namespaces[0].name

    def values(self, *namespaces: Namespace) -> Values:
        """Return the values of a tenant."""
        return {**MATRIX["tenant"], "namespaces": [each.name for each in namespaces]}

    async def start(self) -> OperatorProcess:
        """Install the chart for both namespaces, and start the operator with the permissions of the release."""
        await asyncio.to_thread(self.helm.install, self.values(*self.namespaces))
        names = [each.name for each in self.namespaces]
        settings = {"namespace": self.own, "namespaces": names, "leaderElection": True, "leaseName": NAME}
        return await self.installs._start(self.plane.kubeconfig_for(self.own, NAME), self.ports, **settings)

    async def leave_out_other(self) -> None:
        """Upgrade the release to its own namespace alone, and run the Job of the hook."""
        upgrade = ("upgrade", NAME, str(CHART))
        await asyncio.gather(
            asyncio.to_thread(self.helm.run, *upgrade, values=self.values(self.namespaces[0])),
            asyncio.to_thread(run_job, self.plane, self.own, SCOPE),
        )

    def add_pod(self) -> None:
        """Create a Pod of the Deployment. It ends when it is released."""
        path = "jsonpath={.metadata.uid}"
        uid = self._kubectl("get", "deployment", NAME, "-o", path)
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAME, "uid": uid, "blockOwnerDeletion": True}
        metadata = {"name": "operator", "finalizers": [HOLD], "ownerReferences": [owner]}
        spec = {"containers": [{"name": "operator", "image": "operator"}]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        self._kubectl("create", "-f", "-", stdin=json.dumps(pod))

    async def end_with_pod(self, operator: OperatorProcess) -> None:
        """End the operator as a kubelet does: SIGTERM when the Pod is deleted; the Pod is gone after the process."""
        path = "jsonpath={.metadata.deletionTimestamp}"

        async def is_deleted() -> bool:
            return await asyncio.to_thread(self._kubectl, "get", "pod", "operator", "-o", path) != ""

        await until(is_deleted, within=60)
        await operator.stop()
        released = json.dumps({"metadata": {"finalizers": None}})
        await asyncio.to_thread(self._kubectl, "patch", "pod", "operator", "--type=merge", "-p", released)

    def _kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return self.plane.kubectl(*arguments, "-n", self.own, stdin=stdin)


@pytest.fixture
def release(
    control_plane: ControlPlane,
    namespace: Namespace,
    other_namespace: Namespace,
    oidc_provider: AuthorizationServer,
    oidc_provider_proxy: FaultyProxy,
    installs: OperatorInstalls,
    tmp_path: Path,
) -> TenantRelease:
    """Return a release that is not installed yet."""
    helm = admin_helm(control_plane, tmp_path, namespace.name)
    ports = [oidc_provider.port, oidc_provider_proxy.port]
    return TenantRelease(control_plane, helm, installs, (namespace, other_namespace), ports)


async def test_a_refresh_token_in_flight_is_stored_before_the_permissions_are_deleted(
    release: TenantRelease,
    other_namespace: Namespace,
    oidc_provider: AuthorizationServer,
    oidc_provider_proxy: FaultyProxy,
) -> None:
    """The Roles of the namespace are gone after the upgrade, and its grant continues when it is added again."""
    operator = await release.start()
    place = GrantConnectorFactory(other_namespace, oidc_provider, oidc_provider_proxy.through)
    holder = await place.create_with_refresh_token("crm")
    await holder.wait_for_conditions(Ready="TokenIssued")
    await asyncio.to_thread(release.add_pod)
    oidc_provider_proxy.script(Delay(4.0))
    await holder.request_refresh("in flight")
    await oidc_provider_proxy.token_calls_reach(2)
    await asyncio.gather(release.leave_out_other(), release.end_with_pod(operator))
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{other_namespace.name}/roles"
    assert (await other_namespace.api.get(roles))["items"] == []
    assert await holder.has_valid_token()
    await release.start()
    await holder.refresh("added again")
    assert holder.presented == [1, 2, 3]
    holder.assert_no_stale_use()
