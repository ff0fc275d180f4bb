"""A request that can be repeated is sent without a live read of its connector: what a late change causes.

The cache shows the connector as it was seconds ago, and the API server has it as it is now.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.builders import a_connector, a_password_spec, a_spec
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World


def stay_behind(world: World) -> None:
    """Let the cache show the connector as it is now, until it is read."""
    world.cluster.cached[KEY] = world.cluster.connectors[KEY]


async def test_a_first_token_takes_two_writes_and_one_read(world: World) -> None:
    """The credential is read, the Secret and the status are written, nothing more."""
    stay_behind(world)
    await world.run()
    assert (world.token, world.reason()) == ("token-1", "TokenIssued")
    assert world.cluster.calls.writes == ["create crm-token", "status shop/crm"]
    assert world.cluster.calls.reads == ["credential robot"]


async def test_a_refresh_takes_two_writes_and_two_reads(world: World) -> None:
    """The Secret is read, because another client may have changed it."""
    await world.run()
    stay_behind(world)
    world.cluster.calls.reads.clear()
    world.cluster.calls.writes.clear()
    await world.run(3000)
    assert (world.token, world.calls) == ("token-2", 2)
    assert world.cluster.calls.reads == ["secret crm-token", "credential robot"]
    assert world.cluster.calls.writes == ["update crm-token", "status shop/crm"]


async def test_an_edited_connector_gets_a_token_of_its_new_spec(world: World) -> None:
    """The token of the old spec costs one request, and is replaced after the least gap, without another event."""
    stay_behind(world)
    world.edit(a_spec(scopes=["new"]))
    await world.run(15)
    assert (world.reason(), world.calls) == ("TokenIssued", 2)
    assert world.provider.requests[-1]["scope"] == ["new"]


async def test_a_deleted_connector_gets_one_request_and_no_status(world: World) -> None:
    """The garbage collector deletes its Secret, whose owner does not exist."""
    await world.run()
    stay_behind(world)
    owner = world.cluster.connectors[KEY].uid
    del world.cluster.connectors[KEY]
    await world.reconcile(KEY)
    world.now += 3000
    await world.reconcile(KEY)
    assert world.calls == 2
    assert world.cluster.secrets["shop", "crm-token"].metadata.owner_uid == owner
    assert await world.reconcile(KEY) is None


async def test_a_retained_secret_of_a_deleted_connector_is_not_created_again(world: World) -> None:
    """It would have no owner, so nothing would ever delete the token in it."""
    world.edit(a_spec(output={"deletionPolicy": "Retain"}))
    await world.run()
    stay_behind(world)
    del world.cluster.connectors[KEY]
    del world.cluster.secrets["shop", "crm-token"]
    world.now += 60
    await world.reconcile(KEY)
    assert (world.calls, world.cluster.secrets) == (1, {})


async def test_a_connector_whose_spec_became_valid_is_reconciled_at_once(world: World) -> None:
    """The status write finds the other spec, and no event of the watch reports it again."""
    world.edit({"grantType": "ClientCredentials"})
    stay_behind(world)
    world.edit(a_spec())
    await world.run(15)
    assert (world.reason(), world.token) == ("TokenIssued", "token-1")


async def test_a_recreated_connector_gets_a_token_of_its_own(world: World) -> None:
    """The request for the deleted one was in vain; its Secret is written again, before it is collected."""
    stay_behind(world)
    world.cluster.add(replace(a_connector(), uid="another"))
    await world.run(15)
    metadata = world.cluster.secrets["shop", "crm-token"].metadata
    assert (metadata.connector_uid, metadata.owner_uid) == ("another", "another")
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 2, "token-2")


async def test_a_terminating_namespace_refuses_the_secret_and_stores_nothing(world: World) -> None:
    """The request was sent in vain."""
    stay_behind(world)
    world.cluster.refuse_secrets = "the namespace is terminating"
    await world.run(1)
    assert (world.calls, world.cluster.secrets) == (1, {})


SPENDING = {
    "a refresh token": a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "seed"}}),
    "a password": a_password_spec(),
}


@pytest.mark.parametrize("spec", SPENDING.values(), ids=SPENDING)
async def test_a_request_that_spends_something_reads_the_connector(spec: dict[str, Any]) -> None:
    """A refresh token or a password that was removed a second ago is not sent any more."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(spec))
    for name in ("robot", "seed", "user"):
        world.cluster.add_credential("shop", name, client_secret=b"s", refresh_token=b"r", username=b"u", password=b"p")
    stay_behind(world)
    await world.run()
    assert f"connector {KEY}" in world.cluster.calls.reads
