"""Reconciliations of an output Secret that was changed, deleted, renamed or is in conflict."""

from pydantic import SecretStr

from oauth_connector.connector.memory import MOST_WAITING_IN_NAMESPACE
from oauth_connector.connector.observation import ConnectorMemory, IssuedToken, Key, PendingToken
from oauth_connector.controller.ports import LiveSecret
from oauth_connector.oauth.salvage import LONGEST_TOKEN
from tests.support.builders import NOW, a_connector, a_spec, an_output
from tests.support.fake_provider import answer
from tests.support.world import KEY, World


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


async def test_a_secret_of_another_owner_is_not_changed(world: World) -> None:
    """A Secret of that name with another owner is unchanged, and costs one token request at most."""
    world.cluster.add_unowned("shop", "crm-token")
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
    world.cluster.add_unowned("shop", "crm-token")
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
    world.cluster.add_unowned("shop", "elsewhere")
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
    await world.run(180)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 1, "token-1")


async def test_a_rejected_write_is_repeated_every_three_minutes(world: World) -> None:
    """A large Secret that a policy rejects does not occupy the API server."""
    world.cluster.refuse_secrets = "admission policy"
    await world.run(1800)
    assert world.calls == 1
    assert 9 <= world.cluster.calls.writes.count("create crm-token") <= 13


async def test_a_changed_output_is_written_at_once_after_a_rejected_write(world: World) -> None:
    """The user has removed the cause: another name that the policy allows."""
    world.cluster.refuse_secrets = "admission policy"
    await world.run(900)
    world.cluster.refuse_secrets = None
    world.edit(a_spec(output={"secretName": "allowed"}))
    await world.run(1)
    assert world.cluster.data("shop", "allowed")["access_token"] == "token-1"
    assert world.calls == 1


async def test_a_token_without_space_in_memory_is_requested_again_after_the_pause(world: World) -> None:
    """Other tokens of the namespace wait already; the pause before the next request is that of the refused write."""
    waiting = IssuedToken(SecretStr("x" * MOST_WAITING_IN_NAMESPACE), "Bearer", NOW, None, "")
    world.memory.put(Key("shop", "other"), ConnectorMemory(pending=PendingToken(waiting)))
    world.cluster.refuse_secrets = "quota"
    await world.run(1800)
    assert world.reason() == "SecretWriteRejected"
    assert world.memory.of(KEY).pending is None
    assert 9 <= world.calls <= 13
    world.cluster.refuse_secrets = None
    await world.run(180)
    assert world.reason() == "TokenIssued"


async def test_an_unreadable_output_causes_a_request_also_right_after_another(world: World) -> None:
    """Within ten seconds of a request the new rendering waits for the gap, not for the next refresh."""
    world.edit(a_spec(output={"data": [{"field": "Authorization", "key": "h"}]}))
    await world.run()
    world.edit(a_spec())
    await world.run(15)
    assert (world.token, world.calls) == ("token-2", 2)


async def test_an_edited_secret_is_repaired_though_the_server_repeats_its_token(world: World) -> None:
    """The same bytes are written again where another client changed another key."""
    world.provider.answer = answer(access_token="same", token_type="Bearer", expires_in=3600)
    await world.run()
    world.now += 20
    world.cluster.edit("shop", "crm-token", authorization=b"tampered")
    await world.run()
    assert world.cluster.data("shop", "crm-token")["authorization"] == "Bearer same"
    assert world.calls == 2


async def test_a_terminating_namespace_gets_no_secret_again(world: World) -> None:
    """A Secret that was deleted with its namespace is not created again."""
    await world.run()
    world.now += 20
    del world.cluster.secrets["shop", "crm-token"]
    world.cluster.terminating.add("shop")
    await world.run(30)
    assert world.calls == 1


async def test_a_secret_in_another_namespace_is_not_taken_for_the_output(world: World) -> None:
    """A Secret elsewhere that names this connector, even with the operator's field manager, has no effect."""
    del world.cluster.credentials["shop", "robot"]
    bait = an_output(a_connector(), namespace="elsewhere", name="bait")
    world.cluster.secrets["elsewhere", "bait"] = LiveSecret(bait, {"access_token": b"theirs"})
    await world.run()
    assert world.reason() == "CredentialsNotFound"
    assert ("shop", "crm-token") not in world.cluster.secrets
    assert ("elsewhere", "bait") in world.cluster.secrets


async def test_a_secret_that_is_too_large_is_not_sent(world: World) -> None:
    """The problem names the limit; a smaller output is written at once, from the same token."""
    login = {"hosts": [f"{name}.example.com" for name in "abcd"], "username": "oauth2"}
    kinds = ("DockerConfigJSON", "Netrc", "GitCredentials")
    formats = [{"type": kind, "key": kind, **login} for kind in kinds]
    long = "%" * LONGEST_TOKEN
    world.edit(a_spec(output={"formats": formats}))
    world.provider.answer = answer(access_token=long, token_type="Bearer", expires_in=3600)
    await world.run()
    assert world.reason() == "SecretWriteRejected"
    assert not [call for call in world.cluster.calls.writes if call == "create crm-token"]
    world.edit(a_spec())
    await world.run()
    assert (world.token, world.calls) == (long, 1)
