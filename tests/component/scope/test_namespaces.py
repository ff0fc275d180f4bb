"""An install with Roles in some namespaces, and no permission outside of them."""

from dataclasses import replace

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.kube.client import KubeAPI
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, new_namespace, until
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.operator_installs import (
    OperatorInstalls,
    add_account,
    count_series,
    delete_namespace,
    grant_permissions,
    list_refusals,
    revoke_permissions,
)
from tests.support.operator_process import OperatorProcess


async def _logs(install: OperatorProcess, message: str, namespace: str) -> bool:
    return any(message in line and f'"{namespace}"' in line for line in install.read_log().splitlines())


async def _enter(namespace: Namespace, server: AuthorizationServer, proxy: FaultyProxy) -> ConnectorScene:
    scene = enter(namespace, server, proxy)
    await scene.add_client_secret()
    return scene


async def _permit(own: Namespace, other: Namespace) -> None:
    """Add an account of the operator in a namespace, with Roles there and in another one."""
    await add_account(own)
    for each in (own, other):
        await grant_permissions(each, own.name)


async def test_roles_are_sufficient(
    namespace: Namespace,
    other_namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    installs: OperatorInstalls,
) -> None:
    """Tokens, a repair and a consent need nothing else: no request is refused."""
    await _permit(namespace, other_namespace)
    ports = [canaille_proxy.port, canaille.port]
    install = await installs.start_namespaced(namespace.name, ports, namespace.name, other_namespace.name)
    for each in (namespace, other_namespace):
        await (await _enter(each, canaille, canaille_proxy)).connect()
    await other_namespace.delete("secrets", "crm-token")
    await until(lambda: other_namespace.token("crm-token"))
    holder = await GrantConnectorFactory(other_namespace, canaille).create_awaiting_consent("consent")
    await holder.authorize()
    assert await list_refusals(install) == []


async def test_connectors_in_other_namespaces_are_left_alone(
    namespace: Namespace,
    other_namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    installs: OperatorInstalls,
) -> None:
    """Their status does not change, even where the install would have the permissions."""
    await _permit(namespace, other_namespace)
    outside = await _enter(other_namespace, canaille, canaille_proxy)
    made = await other_namespace.add_connector("crm", outside.spec())
    await installs.start_namespaced(namespace.name, [canaille_proxy.port], namespace.name)
    await (await _enter(namespace, canaille, canaille_proxy)).connect()
    assert await other_namespace.get("oauthconnectors", "crm") == made
    assert outside.token_requests == 1


async def test_a_namespace_that_appears_disappears_and_returns(
    admin: KubeAPI,
    namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    installs: OperatorInstalls,
) -> None:
    """The log names it while it is missing; it is served when it is there; another namespace is not affected."""
    await add_account(namespace)
    await grant_permissions(namespace, namespace.name)
    late = f"{namespace.name}-late"
    install = await installs.start_namespaced(namespace.name, [canaille_proxy.port], namespace.name, late)
    scene = await _enter(namespace, canaille, canaille_proxy)
    await scene.connect()
    await until(lambda: _logs(install, "the permission to list a resource is missing", late))
    for number in range(2):
        async with new_namespace(admin, late) as made:
            await grant_permissions(made, namespace.name)
            await replace(scene, namespace=made).add_client_secret()
            await made.add_connector("crm", scene.spec())
            await made.wait_for_conditions("crm", within=60, Ready="TokenIssued")
            await delete_namespace(admin, late)
        await until(lambda: _is_dropped(install, late), within=60)
        await scene.connect(f"crm-{number}")
    assert scene.token_requests == 5


async def _is_dropped(install: OperatorProcess, namespace: str) -> bool:
    return await count_series(install, namespace, "crm") == 0


async def test_permissions_that_are_withdrawn_for_a_while_cost_no_token_request(
    namespace: Namespace,
    other_namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    installs: OperatorInstalls,
) -> None:
    """The log names the namespace and the cure; with the permissions, the connector is known again with its token."""
    await _permit(namespace, other_namespace)
    names = (namespace.name, other_namespace.name)
    install = await installs.start_namespaced(namespace.name, [canaille_proxy.port], *names)
    scene = await _enter(other_namespace, canaille, canaille_proxy)
    await scene.connect()
    await revoke_permissions(other_namespace)
    await until(lambda: _logs(install, "a RoleBinding of the operator's Role", other_namespace.name), within=60)
    await until(lambda: _is_dropped(install, other_namespace.name), within=60)
    await other_namespace.api.request(
        "DELETE", f"/apis/rbac.authorization.k8s.io/v1/namespaces/{other_namespace.name}/roles/scoped-operator"
    )
    await grant_permissions(other_namespace, namespace.name)
    await until(lambda: count_series(install, other_namespace.name, "crm"), within=60)
    assert scene.token_requests == 1
