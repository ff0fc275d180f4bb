"""Reconciliations of one connector over fakes that pass the contract suite, on a manual clock."""

from dataclasses import replace

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_provider import FakeProvider, answer
from tests.support.world import KEY, World


async def test_a_first_token_takes_two_writes_and_two_reads(world: World) -> None:
    """Create: the connector and the credential are read, the Secret and the status written, nothing more."""
    await world.run()
    assert world.token == "token-1"
    assert world.reason() == "TokenIssued"
    assert world.cluster.calls.writes == ["create crm-token", "status shop/crm"]
    assert world.cluster.calls.reads == ["connector shop/crm", "credential robot"]
    assert world.recorder.events == []


async def test_an_idle_reconciliation_costs_nothing(world: World) -> None:
    """A reconciliation without a reason reads nothing, writes nothing and sends no request."""
    await world.run()
    world.cluster.calls.reads.clear()
    world.cluster.calls.writes.clear()
    for _ in range(5):
        await world.reconcile(KEY)
    assert (world.cluster.calls.reads, world.cluster.calls.writes, world.calls) == ([], [], 1)


async def test_a_token_is_refreshed_for_years_without_a_gap(world: World) -> None:
    """Tokens of thirty seconds are refreshed before expiry again and again, without an Event for each."""
    world.provider.lifetime = 30
    await world.run(3600)
    assert world.calls > 3600 / 30
    assert world.calls <= 1 + 3600 / 10  # the first third of the lifetime is the least gap, too
    assert world.reason() == "TokenIssued"
    assert world.recorder.events == []


async def test_a_restart_sends_and_writes_nothing(world: World) -> None:
    """A new process reads all that it needs from metadata and status."""
    await world.run()
    world.start()
    world.cluster.calls.reads.clear()
    world.cluster.calls.writes.clear()
    await world.run(60)
    assert (world.cluster.calls.reads, world.cluster.calls.writes, world.calls) == ([], [], 1)


async def test_a_restart_waits_after_requests_of_the_earlier_process(world: World) -> None:
    """A process that was killed may have just sent a request: a refresh that is due waits ten seconds."""
    await world.run()
    world.now += 3000
    world.start()
    await world.run(9)
    assert world.calls == 1
    await world.run(1)
    assert world.calls == 2


async def test_a_restart_does_not_wait_while_a_token_expires(world: World) -> None:
    """Ten seconds are too long where the token is valid for less than twenty."""
    await world.run()
    world.now += 3585
    world.start()
    await world.run(1)
    assert world.calls == 2


async def test_a_provider_that_is_down_leaves_the_old_token(world: World) -> None:
    """The old token stays until it expires, and the Secret after that; the next token follows the recovery."""
    await world.run()
    world.provider.go_down()
    await world.run(3000)
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", "ProviderUnreachable")
    await world.run(700)
    assert (world.reason(), world.token) == ("TokenExpired", "token-1")
    await world.run(1200)
    assert world.reason("Stalled") == "ProgressDeadlineExceeded"
    world.provider.come_back()
    await world.run(400)
    assert (world.reason(), world.reason("RefreshFailed"), world.token) == ("TokenIssued", None, "token-2")


async def test_an_api_server_unavailable_after_the_request_loses_nothing(world: World) -> None:
    """A token that was obtained while the API server became unavailable is written later, without another request."""

    class Terminating(FakeProvider):
        async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
            world.cluster.unavailable = True
            return await super().send(request, context)

    world.provider = Terminating()
    world.start()
    with pytest.raises(ClusterUnavailable):
        await world.reconcile(KEY)
    world.cluster.unavailable = False
    await world.run(15)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 1, "token-1")


async def test_a_requested_refresh_is_handled_though_the_write_was_late(world: World) -> None:
    """A request whose token waited for the API server is handled by that token, without another request."""
    await world.run()
    world.now += 20
    world.cluster.add(replace(world.cluster.connectors[KEY], refresh_request="1"))
    world.cluster.refuse_secrets = "quota"
    await world.run(5)
    world.cluster.refuse_secrets = None
    await world.run(60)
    assert (world.calls, world.token) == (2, "token-2")
    assert world.cluster.connectors[KEY].status.last_handled_refresh == "1"


async def test_a_suspended_connector_sends_no_request(world: World) -> None:
    """`suspend` keeps the token and lets it expire; without it the connector continues."""
    await world.run()
    world.edit(a_spec(suspend=True))
    await world.run(3500)
    assert (world.reason(), world.calls) == ("TokenIssued", 1)
    await world.run(200)
    assert (world.reason(), world.calls) == ("Suspended", 1)
    world.edit(a_spec())
    await world.run()
    assert (world.reason(), world.calls) == ("TokenIssued", 2)


async def test_a_requested_refresh_is_sent_once(world: World) -> None:
    """The annotation causes one request, and status shows that it was handled."""
    await world.run()
    world.now += 20
    world.cluster.add(replace(world.cluster.connectors[KEY], refresh_request="1"))
    await world.run(60)
    assert world.calls == 2
    assert world.cluster.connectors[KEY].status.last_handled_refresh == "1"


async def test_a_server_that_repeats_its_token_gets_requests_around_expiry(world: World) -> None:
    """The same bytes are no new token: nothing is written, and the next request is sent just before expiry."""
    world.provider.answer = answer(access_token="same", token_type="Bearer", expires_in=3600)
    await world.run()
    await world.run(3535)
    assert world.calls == 2
    writes = [w for w in world.cluster.calls.writes if "crm-token" in w]
    assert writes == ["create crm-token"]
    world.provider.come_back()
    await world.run(10)
    assert (world.calls, world.token) == (3, "token-1")


async def test_nothing_is_written_for_a_deleted_connector(world: World) -> None:
    """Nothing is written for a connector that is being deleted, and a deleted one is forgotten."""
    await world.run()
    world.cluster.add(replace(world.cluster.connectors[KEY], deleting=True))
    del world.cluster.secrets["shop", "crm-token"]
    assert await world.reconcile(KEY) is None
    del world.cluster.connectors[KEY]
    assert await world.reconcile(KEY) is None
    assert world.calls == 1


async def test_an_invalid_spec_names_the_field(world: World) -> None:
    """An invalid spec that the API server admitted is reported, not interpreted."""
    world.edit({"grantType": "ClientCredentials"})
    await world.run(60)
    assert (world.reason(), world.calls) == (Reason.INVALID_SPEC, 0)


async def test_a_token_that_expires_while_its_host_is_closed_is_reported(world: World) -> None:
    """Another connector of the namespace got `Retry-After` of an hour; status does not stay Ready."""
    world.provider.lifetime = 600
    await world.run(60)
    other = a_connector(a_spec(scopes=["other"], output={"secretName": "other-token"}))
    world.cluster.add(replace(other, key=Key("shop", "other"), uid="another-uid"))
    world.provider.answer = HTTPResponse(429, {"retry-after": "3600"}, b"")
    await world.reconcile(Key("shop", "other"))
    calls = world.calls
    await world.run(900)
    assert world.calls == calls
    assert world.reason() == "TokenExpired"
    world.provider.come_back()
    await world.run(3600)
    assert world.reason() == "TokenIssued"


async def test_a_new_connector_whose_host_is_closed_has_a_status(world: World) -> None:
    """One that is applied meanwhile has a status at once, and sends no request."""
    world.provider.answer = HTTPResponse(429, {"retry-after": "3600"}, b"")
    await world.run()
    calls = world.calls
    late = a_connector(a_spec(output={"secretName": "late-token"}))
    world.cluster.add(replace(late, key=Key("shop", "late"), uid="another-uid"))
    await world.reconcile(Key("shop", "late"))
    assert world.calls == calls
    assert world.cluster.connectors[Key("shop", "late")].status.conditions


async def test_a_requested_refresh_that_fails_is_reported_and_retried(world: World) -> None:
    """A requested token that was not issued is reported until one is, though the old one is valid."""
    await world.run()
    world.now += 60
    world.provider.go_down()
    world.request_refresh("now")
    await world.run(120)
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", "ProviderUnreachable")
    assert world.calls > 2
    world.provider.come_back()
    await world.run(400)
    assert world.reason("RefreshFailed") is None
    assert world.token == "token-2"
