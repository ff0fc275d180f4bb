"""Reconciliations of one connector over fakes that pass the contract suite, on a manual clock."""

from dataclasses import replace

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import ClusterUnavailable, LiveSecret
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_password_spec, a_spec, an_output
from tests.support.fake_provider import FakeProvider, answer
from tests.support.world import KEY, World


@pytest.fixture
def world() -> World:
    """Return a new connector whose client secret exists."""
    made = World()
    made.cluster.add(a_connector())
    made.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return made


async def test_a_first_token_takes_two_writes_and_two_reads(world: World) -> None:
    """Create: the connector and the credential are read, the Secret and the status written, nothing more."""
    await world.run()
    assert world.token == "token-1"
    assert world.reason() == "TokenIssued"
    assert world.cluster.calls.writes == ["create crm-token", "status shop/crm"]
    assert world.cluster.calls.reads == ["connector shop/crm", "credential robot"]
    assert world.recorder.told == []


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
    assert world.calls < 3600 / 10
    assert world.reason() == "TokenIssued"
    assert world.recorder.told == []


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


async def test_a_deleted_secret_is_repaired_at_most_three_times_an_hour(world: World) -> None:
    """A deleted Secret is written again three times within an hour; then the operator reports it and waits."""
    await world.run()
    for _ in range(3):
        world.now += 20
        del world.cluster.secrets["shop", "crm-token"]
        await world.run()
        assert world.token
    world.now += 20
    del world.cluster.secrets["shop", "crm-token"]
    await world.run(60)
    assert world.reason() == "SecretContested"
    assert world.calls == 4
    await world.run(3600)
    assert world.token == "token-5"
    assert world.reason() == "TokenIssued"


async def test_an_edited_secret_is_repaired(world: World) -> None:
    """A changed output Secret is repaired with a new token."""
    await world.run()
    world.now += 20
    world.cluster.edit("shop", "crm-token", access_token=b"tampered")
    await world.run()
    assert world.token == "token-2"


async def test_a_changed_scope_causes_a_request_and_a_changed_output_does_not(world: World) -> None:
    """Scopes belong to the request; labels, keys and prefix to the Secret."""
    await world.run()
    world.now += 20
    world.edit(a_spec(scopes=["read"]))
    await world.run()
    assert (world.token, world.calls) == ("token-2", 2)
    world.edit(a_spec(scopes=["read"], headerPrefix="Zoho-oauthtoken"))
    await world.run()
    assert world.cluster.data("shop", "crm-token")["authorization"] == "Zoho-oauthtoken token-2"
    assert world.calls == 2


async def test_an_unreadable_output_causes_a_request(world: World) -> None:
    """Where the Secret contains only a header, other keys need another token."""
    world.edit(a_spec(output={"data": [{"field": "Authorization", "key": "h"}]}))
    await world.run()
    world.now += 20
    world.edit(a_spec())
    await world.run()
    assert (world.token, world.calls) == ("token-2", 2)


async def test_a_changed_name_moves_the_token(world: World) -> None:
    """The new Secret is written with the current token, then the old one is deleted."""
    await world.run()
    world.edit(a_spec(output={"secretName": "elsewhere"}))
    await world.run()
    assert world.cluster.data("shop", "elsewhere")["access_token"] == "token-1"
    assert ("shop", "crm-token") not in world.cluster.secrets
    assert world.calls == 1


async def test_a_token_that_is_rendered_again_does_not_satisfy_a_changed_scope(world: World) -> None:
    """A changed prefix renders the old token, and the changed scope is still requested later."""
    await world.run()
    world.now += 20
    world.provider.go_down()
    world.edit(a_spec(scopes=["read"], headerPrefix="X"))
    await world.run()
    world.provider.come_back()
    await world.run(600)
    assert world.token == "token-2"
    assert world.provider.requests[-1]["scope"] == ["read"]


async def test_a_rejected_client_is_reported_and_probed_rarely(world: World) -> None:
    """A wrong client secret stalls the connector and is probed after 5, 15 and 60 minutes."""
    world.provider.answer = answer(401, error="invalid_client")
    await world.run(3600)
    assert (world.reason(), world.reason("Stalled")) == ("CredentialsRejected", "CredentialsRejected")
    assert world.calls == 3
    assert world.recorder.told == [("Warning", "CredentialsRejected")]


async def test_a_corrected_secret_is_tried_within_a_minute(world: World) -> None:
    """The Secret is read every minute, and no request is sent."""
    world.provider.answer = answer(401, error="invalid_client")
    await world.run(100)
    world.provider.come_back()
    world.cluster.add_credential("shop", "robot", client_secret=b"right")
    await world.run(65)
    assert world.reason() == "TokenIssued"
    assert world.calls == 2


async def refused_password(world: World) -> None:
    """Bring a connector to a rejected password."""
    world.edit(a_password_spec())
    world.cluster.add_credential("shop", "ann", password=b"wrong")
    world.provider.answer = answer(400, error="invalid_grant")
    await world.run(30)
    assert (world.reason(), world.calls) == ("CredentialsRejected", 1)


async def test_a_rejected_password_is_never_sent_again(world: World) -> None:
    """Neither time, nor a restart, nor a request, nor a rewritten Secret sends a rejected password again."""
    await refused_password(world)
    await world.run(86_400)
    world.cluster.add_credential("shop", "ann", password=b"wrong")  # another version, the same password
    await world.run(120)
    world.start()
    await world.run(86_400)
    world.cluster.add(replace(world.cluster.connectors[KEY], refresh_request="please"))
    await world.run(120)
    world.edit(a_password_spec(headerPrefix="X"))
    await world.run(120)
    assert world.calls == 1


async def test_a_rejected_password_that_was_removed_for_a_while_is_recognized(world: World) -> None:
    """A Secret that is deleted and created again with the same password does not send it again."""
    await refused_password(world)
    del world.cluster.credentials["shop", "ann"]
    await world.run(120)
    assert world.reason() == "CredentialsNotFound"
    world.cluster.add_credential("shop", "ann", password=b"wrong")
    await world.run(120)
    assert (world.reason(), world.calls) == ("CredentialsRejected", 1)


async def test_a_corrected_password_is_sent_once(world: World) -> None:
    """Another password is sent within a minute."""
    await refused_password(world)
    world.provider.come_back()
    world.cluster.add_credential("shop", "ann", password=b"right")
    await world.run(65)
    assert (world.reason(), world.calls) == ("TokenIssued", 2)


async def test_a_missing_secret_is_awaited(world: World) -> None:
    """A missing credential is reported without a request, and used soon after it is created."""
    del world.cluster.credentials["shop", "robot"]
    await world.run(20)
    assert (world.reason(), world.reason("Reconciling"), world.calls) == (
        "CredentialsNotFound",
        "CredentialsNotFound",
        0,
    )
    written = len(world.cluster.calls.writes)
    await world.run(120)
    assert len(world.cluster.calls.writes) == written
    world.cluster.add_credential("shop", "robot", client_secret=b"s")
    await world.run(65)
    assert world.reason() == "TokenIssued"


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


async def test_a_secret_of_another_owner_is_not_changed(world: World) -> None:
    """A Secret of that name with another owner is unchanged, and costs one token request at most."""
    world.cluster.add_foreign("shop", "crm-token")
    await world.run(1200)
    assert (world.reason(), world.calls) == ("SecretConflict", 1)
    assert world.cluster.data("shop", "crm-token") == {"theirs": "x"}
    world.start()
    await world.run(1200)
    assert world.calls == 1
    del world.cluster.secrets["shop", "crm-token"]
    await world.run(65)
    assert world.reason() == "TokenIssued"


async def test_a_secret_that_its_owner_hands_over_stays_owned(world: World) -> None:
    """Once its owner allows it the Secret is written, and the next reconciliation finds no conflict."""
    world.cluster.add_foreign("shop", "crm-token")
    await world.run()
    assert world.reason() == "SecretConflict"
    world.cluster.hand_over("shop", "crm-token", "crm")
    await world.run(35)
    assert world.reason() == "TokenIssued"
    await world.reconcile(KEY)
    assert world.reason() == "TokenIssued"
    assert world.calls == 1


async def test_a_conflict_under_another_name_is_read_every_minute(world: World) -> None:
    """A new name with a Secret of another owner is reported; the token moves once that Secret is deleted."""
    await world.run()
    world.cluster.add_foreign("shop", "elsewhere")
    world.edit(a_spec(output={"secretName": "elsewhere"}))
    await world.run(30)
    assert world.reason() == "SecretConflict"
    del world.cluster.secrets["shop", "elsewhere"]
    await world.run(65)
    assert (world.reason(), world.calls) == ("TokenIssued", 1)
    assert world.cluster.data("shop", "elsewhere")["access_token"] == "token-1"


async def test_a_rejected_write_causes_no_other_request(world: World) -> None:
    """A token that a quota rejects stays in memory, and is written when the quota allows it."""
    world.cluster.refuse_secrets = "quota"
    await world.run(300)
    assert (world.reason(), world.calls) == ("SecretWriteRejected", 1)
    world.cluster.refuse_secrets = None
    await world.run(60)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 1, "token-1")


async def test_an_api_server_unavailable_after_the_request_loses_nothing(world: World) -> None:
    """A token that was obtained while the API server became unavailable is written later, without another request."""

    class Going(FakeProvider):
        async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
            world.cluster.away = True
            return await super().send(request, context)

    world.provider = Going()
    world.start()
    with pytest.raises(ClusterUnavailable):
        await world.reconcile(KEY)
    world.cluster.away = False
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


async def test_an_unreadable_output_causes_a_request_also_right_after_another(world: World) -> None:
    """Within ten seconds of a request the new rendering waits for the gap, not for the next refresh."""
    world.edit(a_spec(output={"data": [{"field": "Authorization", "key": "h"}]}))
    await world.run()
    world.edit(a_spec())
    await world.run(15)
    assert (world.token, world.calls) == ("token-2", 2)


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


async def test_an_edited_secret_is_repaired_though_the_server_repeats_its_token(world: World) -> None:
    """The same bytes are written again where another client changed another key."""
    world.provider.answer = answer(access_token="same", token_type="Bearer", expires_in=3600)
    await world.run()
    world.now += 20
    world.cluster.edit("shop", "crm-token", authorization=b"tampered")
    await world.run()
    assert world.cluster.data("shop", "crm-token")["authorization"] == "Bearer same"
    assert world.calls == 2


async def test_nothing_is_written_for_a_deleted_connector(world: World) -> None:
    """Nothing is written for a connector that is being deleted, and a deleted one is forgotten."""
    await world.run()
    world.cluster.add(replace(world.cluster.connectors[KEY], deleting=True))
    del world.cluster.secrets["shop", "crm-token"]
    assert await world.reconcile(KEY) is None
    del world.cluster.connectors[KEY]
    assert await world.reconcile(KEY) is None
    assert world.calls == 1


async def test_a_terminating_namespace_gets_no_secret_again(world: World) -> None:
    """A Secret that was deleted with its namespace is not created again."""
    await world.run()
    world.now += 20
    del world.cluster.secrets["shop", "crm-token"]
    world.cluster.going.add("shop")
    await world.run(30)
    assert world.calls == 1


async def test_an_invalid_spec_names_the_field(world: World) -> None:
    """An invalid spec that the API server admitted is reported, not interpreted."""
    world.edit({"grantType": "ClientCredentials"})
    await world.run(60)
    assert (world.reason(), world.calls) == (Reason.INVALID_SPEC, 0)


async def test_a_secret_in_another_namespace_is_not_taken_for_the_output(world: World) -> None:
    """A Secret elsewhere that names this connector, even with the operator's field manager, has no effect."""
    del world.cluster.credentials["shop", "robot"]
    bait = an_output(a_connector(), namespace="elsewhere", name="bait")
    world.cluster.secrets["elsewhere", "bait"] = LiveSecret(bait, {"access_token": b"theirs"})
    await world.run()
    assert world.reason() == "CredentialsNotFound"
    assert ("shop", "crm-token") not in world.cluster.secrets
    assert ("elsewhere", "bait") in world.cluster.secrets


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
