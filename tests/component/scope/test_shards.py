"""Two installs side by side, each with a label selector: connectors move from one to the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import enter
from tests.support.cluster import Namespace, until
from tests.support.faults import Delay
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.operator_installs import OperatorInstalls, count_series, right_to_leases, wait_for_owner
from tests.support.operator_process import OperatorProcess


@dataclass(frozen=True, slots=True)
class Shards:
    """The installs for `shard=a` and `shard=b`."""

    namespace: Namespace
    a: OperatorProcess
    b: OperatorProcess

    async def label(self, connector: str, shard: str | None) -> None:
        """Set the label of a connector."""
        await self.namespace.edit("oauthconnectors", connector, {"metadata": {"labels": {"shard": shard}}})

    async def move_to_b(self, connector: str) -> None:
        """Change the label, and wait until the other install has taken the connector."""
        await self.label(connector, "b")
        await wait_for_owner(self.b, self.a, self.namespace.name, connector)


@pytest.fixture
async def shards(
    namespace: Namespace,
    service_account: Path,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    oidc_provider_proxy: FaultyProxy,
    installs: OperatorInstalls,
) -> AsyncIterator[Shards]:
    """Return two installs."""
    ports = [canaille.port, canaille_proxy.port, oidc_provider_proxy.port]
    async with right_to_leases(namespace.api):
        a = await installs.start_shard(service_account, ports, "shard in (a)")
        yield Shards(namespace, a, await installs.start_shard(service_account, ports, "shard=b"))


async def test_a_moved_connector_keeps_its_token(
    shards: Shards, namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy
) -> None:
    """No token request, no other series, and the other install handles what comes next."""
    scene = enter(namespace, canaille, canaille_proxy)
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await shards.label("crm", "a")
    await namespace.wait_for_conditions("crm", Ready="TokenIssued")
    token = await namespace.token("crm-token")
    await shards.move_to_b("crm")
    assert (scene.token_requests, await namespace.token("crm-token")) == (1, token)
    await namespace.delete("secrets", "crm-token")
    await canaille_proxy.token_calls_reach(2)
    await until(lambda: namespace.token("crm-token"))
    assert scene.token_requests == 2
    assert await count_series(shards.a, namespace.name, "crm") == 0


async def test_a_connector_that_no_install_selects_is_left_alone(
    shards: Shards, namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy
) -> None:
    """Its status does not change, and its Secret stays."""
    scene = enter(namespace, canaille, canaille_proxy)
    await scene.add_client_secret()
    for name in ("crm", "never"):
        await namespace.add_connector(name, scene.spec())
    await shards.label("crm", "a")
    await namespace.wait_for_conditions("crm", Ready="TokenIssued")
    await shards.label("crm", None)

    async def is_left() -> bool:
        return await count_series(shards.a, namespace.name, "crm") == 0

    await until(is_left)
    await namespace.delete("oauthconnectors", "never")
    await namespace.wait_for_conditions("crm", Ready="TokenIssued")
    assert await namespace.token("crm-token") is not None
    assert scene.token_requests == 1


async def test_a_rotating_grant_moves_while_its_refresh_is_in_flight(
    shards: Shards, namespace: Namespace, oidc_provider: AuthorizationServer, oidc_provider_proxy: FaultyProxy
) -> None:
    """The old install persists and reports the response; the new one sends no request of its own."""
    place = GrantConnectorFactory(namespace, oidc_provider, oidc_provider_proxy.through)
    holder = await place.create_with_refresh_token("crm")
    await shards.label("crm", "a")
    await holder.wait_for_conditions(Ready="TokenIssued")
    oidc_provider_proxy.script(Delay(4.0))
    await holder.request_refresh("first")
    await oidc_provider_proxy.token_calls_reach(2)
    await shards.move_to_b("crm")
    await holder.wait_for_refresh("first")
    assert await holder.has_valid_token()
    assert holder.presented == [1, 2]
    await holder.refresh("second")
    assert holder.presented == [1, 2, 3]
    assert await holder.has_valid_token()
    holder.assert_no_stale_use()
    assert await count_series(shards.a, namespace.name, "crm") == 0


async def test_a_consent_belongs_to_the_install_of_its_connector(
    shards: Shards, namespace: Namespace, oidc_provider: AuthorizationServer, oidc_provider_proxy: FaultyProxy
) -> None:
    """The other install does not take the connector for a missing one, before and after it has moved."""
    place = GrantConnectorFactory(namespace, oidc_provider, oidc_provider_proxy.through)
    holder = await place.create_awaiting_consent("crm")
    await shards.label("crm", "a")
    await holder.authorize()
    await shards.move_to_b("crm")
    await holder.authorize()
    assert holder.codes == ["granted", "granted"]
