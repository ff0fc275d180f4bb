"""Reconciliations of token exchanges: what is presented, when it is not, and what is published (RFC 8693)."""

from typing import Any

import pytest

from oauth_connector.connector.secret.output_token import OutputToken
from tests.support.builders import a_connector, a_spec
from tests.support.exchanges import (
    EXCHANGES,
    FROM_CONNECTOR,
    FROM_SECRET,
    GRANT_TYPE,
    TYPE,
    build_jwt,
    message_of,
    publish_subject,
    start_exchange,
)
from tests.support.fake_provider import answer
from tests.support.world import World


@pytest.mark.parametrize("name", EXCHANGES)
async def test_an_exchange_sends_what_the_provider_documents(name: str) -> None:
    """Types have the defaults of RFC 8693 §3; a request without a client names none."""
    exchange = EXCHANGES[name]
    world = World()
    world.cluster.add(a_connector(a_spec(**{"grantType": "TokenExchange", **exchange.spec})))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "subject", token=b"subject-token\n")
    world.cluster.add_credential("shop", "actor", pat=b"actor-token")
    await world.run()
    (form,) = world.provider.requests
    sent = {name: value[0] for name, value in form.items() if not name.startswith("client_")}
    assert sent == {"grant_type": GRANT_TYPE, "subject_token": "subject-token", **exchange.sent}
    assert world.reason() == "TokenIssued"


async def test_each_renewal_presents_the_token_as_it_is_then() -> None:
    """The Secret is read when the request is sent."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    await world.run()
    world.cluster.add_credential("shop", "subject", token=b"second")
    await world.run(3600)
    assert [form["subject_token"][0] for form in world.provider.requests] == ["first", "second"]


async def test_the_token_of_another_connector_is_presented() -> None:
    """It is read from the output Secret, under the key where that connector publishes it."""
    world = start_exchange(FROM_CONNECTOR)
    publish_subject(world)
    await world.run()
    assert [form["subject_token"] for form in world.provider.requests] == [["subject-1"]]


async def test_a_connector_without_a_token_is_waited_for() -> None:
    """Nothing is sent; the message names the connector; its token is used within a minute."""
    world = start_exchange(FROM_CONNECTOR)
    await world.run(500)
    assert world.provider.requests == []
    assert (world.reason(), world.reason("Stalled")) == ("CredentialsInvalid", None)
    assert "token of connector `user` in Secret `user-token` cannot be used: there is none yet." in message_of(world)
    publish_subject(world)
    await world.run(61)
    assert world.reason() == "TokenIssued"


UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "of another connector": (
        {"output": OutputToken("other", "access_token", None)},
        "the Secret is not its output Secret",
    ),
    "not an output Secret": ({"is_managed": False, "output": None}, "the Secret is not its output Secret"),
    "without the field": ({"output": OutputToken("user", None, None)}, "does not publish the field AccessToken"),
    "without allowed hosts": ({"allowed_hosts": None}, "sent only to hosts in its annotation"),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_an_output_secret_that_does_not_qualify_is_not_sent(name: str) -> None:
    """The message says why."""
    changes, cause = UNUSABLE[name]
    world = start_exchange(FROM_CONNECTOR)
    publish_subject(world, **changes)
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
    assert cause in message_of(world)


async def test_an_output_secret_is_sent_to_allowed_hosts_only() -> None:
    """Its annotation limits where the token of the other provider goes."""
    world = start_exchange(FROM_CONNECTOR)
    publish_subject(world, allowed_hosts=("accounts.example.com",))
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsNotAllowed")


async def test_an_expired_token_of_another_connector_is_not_sent() -> None:
    """Its annotation says when it expires; the next token is used within a minute."""
    world = start_exchange(FROM_CONNECTOR)
    publish_subject(world, expires=world.now)
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
    assert "cannot be used: it has expired." in message_of(world)
    publish_subject(world, "subject-2")
    await world.run(61)
    assert [form["subject_token"][0] for form in world.provider.requests] == ["subject-2"]


async def test_an_expired_jwt_is_not_sent() -> None:
    """Its claim `exp` says when it expires (RFC 7519 §4.1.4); another token is used within a minute."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=build_jwt(exp=world.now).encode())
    await world.run(600)
    assert (world.provider.requests, world.reason(), world.reason("Stalled")) == (
        [],
        "CredentialsInvalid",
        "CredentialsInvalid",
    )
    assert message_of(world).startswith("Key `token` of Secret `subject` cannot be used: the token in it has expired.")
    world.cluster.add_credential("shop", "subject", token=build_jwt(exp=world.now + 900).encode())
    await world.run(61)
    assert world.reason() == "TokenIssued"


async def test_a_subject_that_expires_later_leaves_the_valid_token() -> None:
    """The published token stays until its own end, and a condition says that it is not renewed."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=build_jwt(exp=world.now + 600).encode())
    await world.run(3000)
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", "CredentialsInvalid")
    assert len(world.provider.requests) == 1


async def test_a_token_that_is_no_access_token_gets_no_header() -> None:
    """Its type is N_A (RFC 8693 §2.2.1); the type of the issued token can be published."""
    fields = [{"name": "issued_token_type", "key": "type"}]
    world = start_exchange(FROM_SECRET, output={"responseFields": fields})
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = answer(access_token="id", token_type="N_A", issued_token_type=f"{TYPE}id_token")
    await world.run()
    found = world.cluster.data("shop", "crm-token")
    assert {name: found.get(name) for name in ("access_token", "token_type", "type", "authorization")} == {
        "access_token": "id",
        "token_type": "N_A",
        "type": f"{TYPE}id_token",
        "authorization": None,
    }


async def test_a_prefix_in_the_spec_gives_such_a_token_a_header() -> None:
    """The Kubernetes API takes an ID token as a bearer token."""
    world = start_exchange(FROM_SECRET, headerPrefix="Bearer")
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = answer(access_token="id", token_type="N_A", issued_token_type=f"{TYPE}id_token")
    await world.run()
    assert world.cluster.data("shop", "crm-token")["authorization"] == "Bearer id"


async def test_a_refresh_token_in_the_response_is_ignored() -> None:
    """The next request presents the subject token (RFC 8693 §2.2.1 makes a refresh token optional)."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.rotates = True
    await world.run(7200)
    assert {form["grant_type"][0] for form in world.provider.requests} == {GRANT_TYPE}


async def test_a_refresh_token_is_not_published_as_access_token() -> None:
    """A server may answer with one in `access_token`: its type says so (RFC 8693 §2.2.1)."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = answer(access_token="r-1", token_type="N_A", issued_token_type=f"{TYPE}refresh_token")
    await world.run()
    assert world.reason() == "UnsupportedTokenType"
    assert ("shop", "crm-token") not in world.cluster.secrets
