"""A server limits one client with `Retry-After`: whose requests wait, until when, and what their status states."""

from dataclasses import replace

import pytest

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.controller.client_limits import ClientLimits, LimitedClient
from oauth_connector.controller.pauses import MOST_ENDED
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import NOW, a_connector, a_spec
from tests.support.world import KEY, World

LIMITED = HTTPResponse(429, {"retry-after": "3600"}, b"")
ANOTHER = {"client": {"id": "another", "secretRef": {"name": "robot"}}}
FROM_SECRET = {"client": {"idSecretRef": {"name": "robot"}, "secretRef": {"name": "robot"}}}


def add(world: World, name: str, namespace: str = "shop", **changes: object) -> Key:
    """Add a connector beside the first, at the same server."""
    key = Key(namespace, name)
    spec = a_spec(output={"secretName": f"{name}-token"}, **changes)
    world.cluster.add_credential(namespace, "robot", client_secret=b"s3cret", client_id=b"robot")
    made: Connector = a_connector(spec)
    world.cluster.add(replace(made, key=key, uid=f"uid-{namespace}-{name}"))
    return key


def read_message(world: World, key: Key, kind: str) -> str:
    """Return reason and message of a condition."""
    found = find_condition(world.cluster.connectors[key].status.conditions, kind)
    assert found is not None
    return f"{found.reason}: {found.message}"


@pytest.mark.parametrize(
    ("namespace", "changes", "calls"),
    [("shop", {}, 0), ("shop", ANOTHER, 1), ("shop", FROM_SECRET, 1), ("team", {}, 1)],
    ids=["the same client", "another client", "a client id in a Secret", "the same client of another namespace"],
)
async def test_a_limit_belongs_to_client_and_server(
    world: World, namespace: str, changes: dict[str, object], calls: int
) -> None:
    """A connector with another client was not limited, and another tenant has not used that limit up."""
    world.provider.answer = LIMITED
    await world.run()
    before = world.calls
    world.provider.come_back()
    await world.reconcile(add(world, "other", namespace, **changes))
    assert world.calls == before + calls


async def test_another_server_is_not_limited(world: World) -> None:
    """The same client has another limit there."""
    world.provider.answer = LIMITED
    await world.run()
    before = world.calls
    world.provider.come_back()
    await world.reconcile(add(world, "other", provider={"tokenURL": "https://other.example.com/token"}))
    assert world.calls == before + 1


async def test_a_connector_that_waits_states_for_what_and_until_when(world: World) -> None:
    """The limited one and a new one beside it have the same message, and the time of their next request."""
    world.provider.answer = LIMITED
    await world.run()
    other = add(world, "other")
    await world.reconcile(other)
    stated = "login.example.com limits the rate of requests of client `robot`. The next one is sent at 2027-01-15T"
    for key in (KEY, other):
        assert stated in read_message(world, key, "Reconciling")
        assert read_message(world, key, "Ready").startswith("RateLimited: ")
        planned = world.cluster.connectors[key].status.next_refresh_time
        assert planned is not None
        assert 3600 <= planned.timestamp() - NOW <= 4000


async def test_a_client_whose_id_is_in_a_secret_is_named_by_the_secret(world: World) -> None:
    """The message does not contain the id: the user keeps it in a Secret."""
    world.provider.answer = LIMITED
    key = add(world, "other", "shop", **FROM_SECRET)
    await world.reconcile(key)
    stated = "limits the rate of requests of the client with the id in Secret `robot`. The next"
    assert stated in read_message(world, key, "Reconciling")


async def test_a_refresh_that_waits_is_reported_beside_the_valid_token(world: World) -> None:
    """The token stays, and `RefreshFailed` states why there is no newer one, until one is issued."""
    world.provider.lifetime = 36_000
    other = add(world, "other")
    await world.reconcile(other)
    world.now += 60
    world.provider.answer = LIMITED
    world.request_refresh("now")
    await world.run()
    world.provider.come_back()
    world.cluster.add(replace(world.cluster.connectors[other], refresh_request="now"))
    due = await world.reconcile(other)
    for _ in range(5):  # nothing changes any more
        assert due is not None
        due = await world.reconcile(other)
    assert due is not None
    assert due > world.now + 3000
    assert read_message(world, other, "Ready").startswith("TokenIssued")
    assert read_message(world, other, "RefreshFailed").startswith("RateLimited: login.example.com limits")
    world.now = due + 1
    await world.reconcile(other)
    assert find_condition(world.cluster.connectors[other].status.conditions, "RefreshFailed") is None


def test_the_longest_limit_counts_until_it_has_passed() -> None:
    """Two requests may be limited at once."""
    limits, client = ClientLimits(), LimitedClient("https://h.example", "shop", "robot")
    limits.extend(client, 120.0, 0.0)
    limits.extend(client, 60.0, 0.0)
    assert limits.find_end(client, 119.0) == 120.0
    assert limits.find_end(client, 120.0) is None
    assert len(limits) == 0


def test_limits_that_have_ended_are_forgotten() -> None:
    """A user may name any number of clients."""
    limits = ClientLimits()
    for number in range(3 * MOST_ENDED):
        limits.extend(LimitedClient("https://h.example", "shop", f"c{number}"), number + 1.0, float(number))
    assert len(limits) <= MOST_ENDED + 1
