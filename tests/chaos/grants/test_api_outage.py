"""The API server is unavailable between two refresh tokens of a grant; no grant is lost, even at a strict server."""

from pathlib import Path

from tests.chaos.grants.conftest import StartAnother
from tests.support.api_faults import Lose
from tests.support.cluster import until
from tests.support.faulty_api import FaultyAPI, kubeconfig_through
from tests.support.grant_connectors import STRICT, GrantConnector, GrantConnectorFactory
from tests.support.operator_process import OperatorProcess

WAITS = "a response waits to be persisted"
STATE = "-oauth-state$"


async def rotate_during_outage(holder: GrantConnector, operator: OperatorProcess, api: FaultyAPI) -> None:
    """Let the provider rotate, stop the API server, and then release the response."""
    holder.server.delay(holder.client, 60)
    await holder.request_refresh("now")

    async def is_rotated() -> bool:
        return holder.presented == [1, 2]

    await until(is_rotated, within=45)
    await api.down()
    holder.server.delay(holder.client, 0)

    async def waits() -> bool:
        return WAITS in operator.read_log()

    await until(waits, within=45)


async def test_a_response_is_kept_until_the_api_server_is_available(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """The successor is stored and published when the API server responds again; no request is repeated."""
    operator = await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    await rotate_during_outage(holder, operator, api_proxy)
    await api_proxy.up()

    async def is_stored() -> bool:
        return (await holder.grant())["generation"] == 2 and await holder.has_valid_token()

    await until(is_stored, within=45)
    await holder.refresh("go on")
    assert holder.presented == [1, 2, 3]
    holder.assert_no_stale_use()


async def test_sigterm_waits_until_a_response_is_stored(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """The process continues until the successor is stored; the next process continues with it."""
    operator = await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    await rotate_during_outage(holder, operator, api_proxy)
    operator.terminate()
    await api_proxy.up()

    async def has_ended() -> bool:
        return operator.has_ended

    await until(has_ended, within=45)
    assert (await holder.grant())["generation"] == 2
    await start_another()
    await holder.refresh("go on")
    assert holder.presented == [1, 2, 3]
    holder.assert_no_stale_use()


async def test_writes_with_lost_responses_are_read_back(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """After a claim in doubt no request is sent; a successor in doubt is found in the state Secret."""
    await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    holder.server.delay(holder.client, 60)
    with api_proxy.requests_meet(Lose(), "PATCH", path=STATE):
        await holder.request_refresh("now")
        await until(lambda: _writes(api_proxy, 3), within=45)  # two of the first token, and the claim
        assert holder.presented == [1]

    async def is_rotated() -> bool:
        return holder.presented == [1, 2]

    await until(is_rotated, within=45)
    with api_proxy.requests_meet(Lose(), "PATCH", path=STATE):
        before = len(_state_writes(api_proxy))
        holder.server.delay(holder.client, 0)
        await until(lambda: _writes(api_proxy, before + 1), within=45)
    await holder.wait_for_conditions(Ready="TokenIssued")
    await holder.refresh("go on")
    assert holder.presented == [1, 2, 3]
    holder.assert_no_stale_use()


def _state_writes(api: FaultyAPI) -> list[str]:
    return [path for method, path in api.writes if path.endswith("-oauth-state") and method == "PATCH"]


async def _writes(api: FaultyAPI, count: int) -> bool:
    return len(_state_writes(api)) >= count
