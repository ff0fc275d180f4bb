"""The Roles that the chart renders for the owner of one namespace are sufficient for the operator."""

from pathlib import Path
from typing import Any

import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from tests.component.reconciling.scene import enter
from tests.support.chart_values import MATRIX
from tests.support.cluster import Namespace
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.helm import admin_helm, find, read_variables
from tests.support.operator_installs import OperatorInstalls, list_refusals, wait_for_permissions

NAME = "oauth-connector"


def list_roles(permissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the Roles that are bound to the ServiceAccount of the operator."""
    bindings = [each for each in permissions if each["kind"] == "RoleBinding"]
    bound = {each["roleRef"]["name"] for each in bindings if NAME in [who["name"] for who in each["subjects"]]}
    return [each for each in permissions if each["kind"] == "Role" and each["metadata"]["name"] in bound]


async def test_the_roles_of_a_tenant_are_sufficient(
    namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    installs: OperatorInstalls,
    control_plane: ControlPlane,
    tmp_path: Path,
) -> None:
    """With the configuration of the chart, a token and a consent need no other permission: no request is refused."""
    helm = admin_helm(control_plane, tmp_path, namespace.name)
    objects = helm.render({**MATRIX["tenant"], "namespaces": [namespace.name]})
    permissions = [each for each in objects if each["kind"] in ("ServiceAccount", "Role", "RoleBinding")]
    control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(permissions))
    for role in list_roles(permissions):
        await wait_for_permissions(namespace, role["rules"], f"system:serviceaccount:{namespace.name}:{NAME}")
    lease = read_variables(find(objects, "Deployment"))["OAUTH_CONNECTOR_LEASE_NAME"]
    install = await installs._start(
        control_plane.kubeconfig_for(namespace.name, NAME),
        [canaille_proxy.port, canaille.port],
        namespace=namespace.name,
        namespaces=[namespace.name],
        leaderElection=True,
        leaseName=lease,
    )
    scene = enter(namespace, canaille, canaille_proxy)
    await scene.add_client_secret()
    await scene.connect()
    holder = await GrantConnectorFactory(namespace, canaille).create_awaiting_consent("consent")
    await holder.authorize()
    assert await list_refusals(install) == []
