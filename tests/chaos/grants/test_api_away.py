"""The API server goes while a grant is between two refresh tokens; even where nothing is forgiven, none is lost."""

from pathlib import Path

from tests.chaos.grants.conftest import StartAnother
from tests.support.cluster import until
from tests.support.faulty_api import FaultyAPI, Lose, kubeconfig_through
from tests.support.grant_connectors import STRICT, GrantConnector, GrantConnectorFactory
from tests.support.operator_process import OperatorProcess

WAITS = "an answer waits to be stored"
STATE = "-oauth-state$"


async def answered_while_away(holder: GrantConnector, operator: OperatorProcess, api: FaultyAPI) -> None:
    """Let the provider rotate, the API server go, and then the answer come."""
    holder.server.delay(holder.client, 60)
    await holder.ask_for_a_refresh("now")

    async def is_rotated() -> bool:
        return holder.presented == [1, 2]

    await until(is_rotated, within=45)
    await api.down()
    holder.server.delay(holder.client, 0)

    async def waits() -> bool:
        return WAITS in operator.logged()

    await until(waits, within=45)


async def test_an_answer_waits_until_the_api_server_is_back(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """The successor is held meanwhile, and stored and shown as soon as somebody listens; nobody is asked again."""
    operator = await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.seeded("crm", STRICT)
    await holder.shows(Ready="TokenIssued")
    await answered_while_away(holder, operator, api_proxy)
    await api_proxy.up()

    async def is_stored() -> bool:
        return (await holder.grant())["generation"] == 2 and await holder.is_well()

    await until(is_stored, within=45)
    await holder.refreshes("go on")
    assert holder.presented == [1, 2, 3]
    holder.keeps_the_rules()


async def test_sigterm_ends_nobody_who_waits_with_an_answer(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """Asked to go, the process stays until what it holds is stored; the next one goes on from there."""
    operator = await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.seeded("crm", STRICT)
    await holder.shows(Ready="TokenIssued")
    await answered_while_away(holder, operator, api_proxy)
    operator.terminate()
    await api_proxy.up()

    async def has_ended() -> bool:
        return operator.ended

    await until(has_ended, within=45)
    assert (await holder.grant())["generation"] == 2
    await start_another()
    await holder.refreshes("go on")
    assert holder.presented == [1, 2, 3]
    holder.keeps_the_rules()


async def test_writes_whose_answers_are_lost_are_looked_up_and_not_repeated_at_the_provider(
    holders: GrantConnectorFactory,
    api_proxy: FaultyAPI,
    service_account: Path,
    start_another: StartAnother,
    tmp_path: Path,
) -> None:
    """A claim that is perhaps written lets nothing be sent; a successor that is perhaps written is found there."""
    await start_another(kubeconfig=kubeconfig_through(api_proxy, service_account, tmp_path))
    holder = await holders.seeded("crm", STRICT)
    await holder.shows(Ready="TokenIssued")
    holder.server.delay(holder.client, 60)
    with api_proxy.requests_meet(Lose(), "PATCH", path=STATE):
        await holder.ask_for_a_refresh("now")
        await until(lambda: _writes(api_proxy, 3), within=45)  # two of the first token, and the claim
        assert holder.presented == [1]

    async def is_rotated() -> bool:
        return holder.presented == [1, 2]

    await until(is_rotated, within=45)
    with api_proxy.requests_meet(Lose(), "PATCH", path=STATE):
        before = len(_state_writes(api_proxy))
        holder.server.delay(holder.client, 0)
        await until(lambda: _writes(api_proxy, before + 1), within=45)
    await holder.shows(Ready="TokenIssued")
    await holder.refreshes("go on")
    assert holder.presented == [1, 2, 3]
    holder.keeps_the_rules()


def _state_writes(api: FaultyAPI) -> list[str]:
    return [path for method, path in api.writes if path.endswith("-oauth-state") and method == "PATCH"]


async def _writes(api: FaultyAPI, count: int) -> bool:
    return len(_state_writes(api)) >= count
