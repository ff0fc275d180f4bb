"""A user who may create Secrets plants the output Secret of a connector whose token another one sends."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.secret.signature import SecretSigner
from tests.support.exchanges import FROM_CONNECTOR, USER, message_of, publish_subject, start_exchange
from tests.support.world import World

OTHER_KEY = SecretSigner(b"k" * 32)


def plant_unsigned(world: World) -> None:
    """Create it as the operator would, but for the signature."""
    publish_subject(world, "planted", sign_with=None)


def plant_signed_by_other(world: World) -> None:
    """Sign it with another key."""
    publish_subject(world, "planted", sign_with=OTHER_KEY)


def plant_without_connector(world: World) -> None:
    """Create it where no connector of that name exists."""
    plant_unsigned(world)
    del world.cluster.connectors[USER]


def copy_signature(world: World) -> None:
    """Put another token below a true signature."""
    publish_subject(world)
    held = world.cluster.credentials["shop", "user-token"]
    forged = {**held.data, "access_token": b"planted"}
    world.cluster.credentials["shop", "user-token"] = replace(held, data=forged)


def copy_earlier(world: World) -> None:
    """Present the Secret of a deleted connector as that of its successor."""
    publish_subject(world)
    world.cluster.connectors[USER] = replace(world.cluster.connectors[USER], uid="uid-successor")


PLANTED = [plant_unsigned, plant_signed_by_other, plant_without_connector, copy_signature, copy_earlier]


@pytest.mark.parametrize("plant", PLANTED)
async def test_a_planted_subject_is_not_sent(plant: Callable[[World], None]) -> None:
    """It counts as no token yet, until the operator has written one for the connector that exists."""
    world = start_exchange(FROM_CONNECTOR)
    plant(world)
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
    assert "there is none yet" in message_of(world)
    publish_subject(world, "genuine")
    await world.run(61)
    assert [form["subject_token"][0] for form in world.provider.requests] == ["genuine"]


@pytest.mark.parametrize(
    ("issued", "is_elsewhere", "is_sent"),
    [
        pytest.param(0, True, True, id="as old as the token in status"),
        pytest.param(-3600, True, False, id="created later"),
        pytest.param(0, False, False, id="of this install"),
    ],
)
async def test_status_proves_the_token_of_another_install(issued: int, *, is_elsewhere: bool, is_sent: bool) -> None:
    """Another install signs with a key that this one does not have; users cannot write the status."""
    world = start_exchange(FROM_CONNECTOR)
    publish_subject(world, sign_with=OTHER_KEY)
    times = {"secretRef": {"name": "user-token"}, "issueTime": format_epoch(int(world.now) + issued)}
    status = OAuthConnectorStatus.model_validate(times)
    world.cluster.connectors[USER] = replace(world.cluster.connectors[USER], status=status)
    world.cluster.elsewhere |= {USER} if is_elsewhere else set()
    await world.run()
    assert (world.calls == 1) is is_sent
