"""Grants while the operator is not running."""

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.grant_connectors import PUBLIC_URL, GrantConnectorFactory


async def test_a_namespace_is_deleted_without_the_operator(
    namespace: Namespace, oidc_provider: AuthorizationServer, start_operator: StartOperator
) -> None:
    """No finalizer blocks it: connectors, consents and grants are deleted."""
    operator = await start_operator(oidc_provider.port, publicURL=PUBLIC_URL)
    holder = await GrantConnectorFactory(namespace, oidc_provider).create_awaiting_consent("crm")
    await holder.authorize()
    await holder.wait_for_conditions(Ready="TokenIssued")
    await operator.stop()
    await namespace.api.request("DELETE", f"/api/v1/namespaces/{namespace.name}")

    async def is_gone() -> bool:
        found = await namespace.api.request("GET", "/api/v1/namespaces")
        return namespace.name not in {item["metadata"]["name"] for item in found["items"]}

    await until(is_gone, within=60)
    await operator.start()
    assert len(holder.journal) == 1
