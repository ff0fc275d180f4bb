"""Reconciliations of JWT bearer grants: what an assertion contains, and what a refusal causes (RFC 7523)."""

from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.assertions import (
    GOOGLE_URI,
    GRANT_TYPE,
    KEY,
    OTHER_KEY,
    PROVIDERS,
    build_google_key,
    to_pem,
)
from tests.support.builders import a_connector, a_spec
from tests.support.exchanges import build_jwt, message_of
from tests.support.fake_provider import answer
from tests.support.world import World

TIMES = {"iat", "exp", "jti"}
OWN = {"keyRef": {"name": "key"}, "issuer": "robot", "subject": "ann"}
GOOGLE = {"provider": {"preset": "Google"}, "jwtBearer": {"googleKeyRef": {"name": "google"}}}


def start(**changes: Any) -> World:
    """Return an operator with a connector that presents an assertion, without a client unless the spec names one."""
    world = World()
    world.cluster.add(a_connector(a_spec(**{"grantType": "JWTBearer", "client": None, **changes})))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "google", **{"key.json": build_google_key()})
    world.cluster.add_credential("shop", "key", **{"tls.key": to_pem().encode()})
    return world


def decode(assertion: str, key: Any = KEY) -> jwt.Token:
    """Verify an assertion, and return its header and claims."""
    return jwt.decode(assertion, RSAKey(key, key), algorithms=["RS256", "RS512"])


def read_assertions(world: World) -> list[str]:
    """Return the assertions that were sent."""
    return [form["assertion"][0] for form in world.provider.requests]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_an_assertion_is_what_the_provider_documents(name: str) -> None:
    """Claims, key and further parameters are those of the provider's page; an assertion is valid for a minute."""
    bearer = PROVIDERS[name]
    world = start(**bearer.spec)
    await world.run()
    (form,) = world.provider.requests
    found = decode(form["assertion"][0])
    assert {claim: value for claim, value in found.claims.items() if claim not in TIMES} == bearer.claims
    assert found.header.get("kid") == bearer.key_id
    assert 0 < found.claims["exp"] - world.now <= found.claims["exp"] - found.claims["iat"] == 60
    sent = {name: value[0] for name, value in form.items() if name != "assertion"}
    assert sent == {"grant_type": GRANT_TYPE, **bearer.sent}
    assert world.reason() == "TokenIssued"


async def test_each_assertion_is_another_one() -> None:
    """A server may refuse a `jti` that it has seen (RFC 7523 §3)."""
    world = start(jwtBearer=OWN)
    await world.run(7200)
    sent = read_assertions(world)
    assert len(sent) > 1
    assert len({decode(assertion).claims["jti"] for assertion in sent}) == len(sent)


async def test_a_lifetime_of_the_spec_is_that_of_the_assertion() -> None:
    """A provider whose clock is wrong may need a longer one."""
    world = start(jwtBearer={**OWN, "lifetime": "5m"})
    await world.run()
    claims = decode(read_assertions(world)[0]).claims
    assert claims["exp"] - claims["iat"] == 300


async def test_a_replaced_key_signs_the_next_assertion() -> None:
    """The Secret is read when the request is sent."""
    world = start(jwtBearer=OWN)
    await world.run()
    world.cluster.add_credential("shop", "key", **{"tls.key": to_pem(OTHER_KEY).encode()})
    await world.run(3600)
    first, second = read_assertions(world)
    assert (decode(first).claims["iss"], decode(second, OTHER_KEY).claims["iss"]) == ("robot", "robot")


WRONG_KEYS: dict[str, tuple[bytes, str]] = {
    "another endpoint": (
        build_google_key(token_uri="https://evil.example/token"),
        "its `token_uri` is not the token endpoint of the spec",
    ),
    "a similar endpoint": (build_google_key(token_uri=f"{GOOGLE_URI}/"), "its `token_uri` is not the token endpoint"),
    "no JSON": (b"{", "its JSON text is damaged"),
    "another kind": (b'{"type": "authorized_user"}', "it is a key of type `authorized_user`"),
    "no account": (build_google_key(client_email=None), "its member `client_email` is missing"),
    "no key": (build_google_key(private_key="x"), "neither a private key in PEM nor a JWK"),
    "a list": (b"[]", "it is no JSON key"),
}


@pytest.mark.parametrize("name", WRONG_KEYS)
async def test_a_wrong_google_key_sends_nothing(name: str) -> None:
    """A key chooses no destination, and the message contains nothing of it."""
    key, cause = WRONG_KEYS[name]
    world = start(**GOOGLE)
    world.cluster.add_credential("shop", "google", **{"key.json": key})
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
    assert cause in message_of(world)
    assert "evil.example" not in message_of(world)


async def test_the_key_of_an_account_is_sent_to_allowed_hosts_only() -> None:
    """What is signed with a key goes only where the owner of its Secret allows."""
    world = start(**GOOGLE)
    held = world.cluster.credentials["shop", "google"]
    world.cluster.credentials["shop", "google"] = replace(held, allowed_hosts=("other.googleapis.com",))
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsNotAllowed")


REFUSALS = {
    "RFC 7523 §3.1": answer(400, error="invalid_grant"),
    # salesforce.stackexchange.com/questions/207685
    "Salesforce": answer(400, error="invalid_grant", error_description="user hasn't approved this consumer"),
    # support.box.com, "API JWT error invalid_grant"
    "Box": answer(400, error="invalid_grant", error_description="Please check the 'sub' claim."),
    # developers.docusign.com/platform/auth/jwt-get-token: the user has not consented
    "DocuSign": answer(400, error="consent_required"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refused_assertion_is_not_sent_again_before_its_key_changes(name: str) -> None:
    """Neither a day nor a restart sends another one; a changed key does, within a minute."""
    world = start(jwtBearer=OWN)
    world.provider.answer = REFUSALS[name]
    await world.run(86_400)
    world.start()
    await world.run(86_400)
    assert len(world.provider.requests) == 1
    assert world.reason() == "AssertionRejected"
    assert "an assertion of issuer `robot`, subject `ann`" in message_of(world)
    world.provider.come_back()
    world.cluster.add_credential("shop", "key", **{"tls.key": to_pem(OTHER_KEY).encode()})
    await world.run(61)
    assert world.reason() == "TokenIssued"


async def test_a_refresh_that_a_user_requests_sends_another_assertion() -> None:
    """An administrator may have approved the user at the provider."""
    world = start(jwtBearer=OWN)
    world.provider.answer = REFUSALS["Salesforce"]
    await world.run(600)
    world.provider.come_back()
    world.request_refresh("approved")
    await world.run(60)
    assert world.reason() == "TokenIssued"


async def test_an_assertion_of_another_server_is_sent_as_it_is() -> None:
    """Microsoft Entra's on-behalf-of flow presents the token of a user, with the client that it was issued to."""
    # learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
    world = start(
        client={"id": "api", "secretRef": {"name": "robot"}, "authentication": "Post"},
        scopes=["https://graph.microsoft.com/user.read"],
        tokenParameters={"requested_token_use": "on_behalf_of"},
        jwtBearer={"assertion": {"secretRef": {"name": "user"}}},
    )
    token = build_jwt(exp=world.now + 3600, aud="api")
    world.cluster.add_credential("shop", "user", token=token.encode())
    await world.run()
    (form,) = world.provider.requests
    assert {name: value[0] for name, value in form.items()} == {
        "grant_type": GRANT_TYPE,
        "assertion": token,
        "client_id": "api",
        "client_secret": "s3cret",
        "scope": "https://graph.microsoft.com/user.read",
        "requested_token_use": "on_behalf_of",
    }


async def test_an_expired_assertion_of_another_server_is_not_sent() -> None:
    """The message says that it has expired."""
    world = start(jwtBearer={"assertion": {"secretRef": {"name": "user"}}})
    world.cluster.add_credential("shop", "user", token=build_jwt(exp=world.now).encode())
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
