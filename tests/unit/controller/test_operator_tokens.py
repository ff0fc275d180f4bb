"""Connectors that present the operator's own token: in which namespaces, to which hosts, and what a refusal says."""

from pathlib import Path
from typing import Any

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.operator_tokens import OperatorToken
from oauth_connector.connector.service_accounts import TokenDenied
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_connector, a_spec
from tests.support.exchanges import message_of
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

AUDIENCE = "api://AzureADTokenExchange"
ACCOUNT = {"audience": AUDIENCE}
SPEC = a_spec(client={"id": "robot", "serviceAccount": ACCOUNT})
EXCHANGE = a_spec(grantType="TokenExchange", client=None, tokenExchange={"subjectToken": {"serviceAccount": ACCOUNT}})


def allow(namespace: str = "shop", *hosts: str) -> LocalRules:
    """Return rules that allow the token in one namespace, for these hosts."""
    token = OperatorToken(AUDIENCE, Path("/tokens/entra"), frozenset({namespace}), hosts or ("login.example.com",))
    return LocalRules(f"{namespace} {hosts}", operator_tokens=(token,))


def start(spec: dict[str, Any] = SPEC, rules: LocalRules | None = None) -> World:
    """Return a connector in an install that allows it the token."""
    world = World()
    world.rules = rules or allow()
    world.cluster.add(a_connector(spec))
    return world


async def test_the_file_is_read_for_each_request() -> None:
    """The kubelet replaces it, and no token is kept between two requests."""
    world = start()
    await world.run(86_400)
    sent = [form["client_assertion"][0] for form in world.provider.requests]
    assert len(sent) > 20
    assert sent == world.cluster.tokens
    assert all(token.startswith(f"/tokens/entra.{AUDIENCE}.") for token in sent)
    assert (world.reason(), world.token) == ("TokenIssued", f"token-{len(sent)}")


async def test_it_needs_no_permission_for_tokens_of_other_accounts() -> None:
    """The two settings are independent: this token is in a file."""
    world = start()
    assert not world.rules.service_account_tokens
    await world.run()
    assert world.reason() == "TokenIssued"
    world.cluster.add(a_connector(a_spec(client={"id": "robot", "serviceAccount": {**ACCOUNT, "name": "builder"}})))
    world.cluster.add_account("shop", "builder", "crm")
    world.request_refresh("again")
    await world.run(60)
    assert world.reason("RefreshFailed") == "ServiceAccountTokensDisabled"


async def test_it_can_be_exchanged() -> None:
    """As the token of any other ServiceAccount, it is a JWT."""
    world = start(EXCHANGE)
    await world.run()
    (form,) = world.provider.requests
    assert form["subject_token"] == world.cluster.tokens
    assert form["subject_token_type"] == ["urn:ietf:params:oauth:token-type:jwt"]
    assert world.reason() == "TokenIssued"


async def test_another_namespace_sends_nothing_until_the_setting_names_it() -> None:
    """Another setting ends the refusal at once."""
    world = start(rules=allow("crm"))
    await world.run(3600)
    assert (world.reason(), world.cluster.tokens, world.calls) == ("OperatorTokenNotAllowed", [], 0)
    assert "chart value `operatorTokens`" in message_of(world)
    world.rules = allow()
    await world.run()
    assert world.reason() == "TokenIssued"


async def test_it_is_sent_only_to_the_hosts_of_the_setting() -> None:
    """A user who may edit a connector cannot send it to a server of their own."""
    world = start(rules=allow("shop", "other.example"))
    await world.run(3600)
    assert (world.reason(), world.calls) == ("CredentialsNotAllowed", 0)
    assert message_of(world).startswith("The operator's own token must not be sent to login.example.com.")
    world.rules = allow()
    await world.run()
    assert world.reason() == "TokenIssued"


async def test_a_file_that_is_not_there_is_read_again_after_pauses() -> None:
    """The message says what is wrong with it."""
    world = start()
    world.cluster.denial = TokenDenied("the operator has no token in /tokens/entra")
    await world.run(60)
    assert (world.reason(), world.calls) == ("ServiceAccountTokenDenied", 0)
    assert "cannot be presented: the operator has no token in /tokens/entra." in message_of(world)
    world.cluster.denial = None
    await world.run(301)
    assert world.reason() == "TokenIssued"


async def test_a_refusal_by_the_provider_names_what_has_to_be_registered() -> None:
    """The subject is that of the operator, which its administrator knows."""
    world = start()
    world.provider.answer = Signal(Symptom.OAUTH_ERROR, 401, "invalid_client")
    await world.run(600)
    assert world.reason() == "CredentialsRejected"
    assert "rejects the operator's own token" in message_of(world)
    assert f"audience `{AUDIENCE}`" in message_of(world)


async def test_a_refused_subject_token_is_that_of_the_operator() -> None:
    """The message names whose token it is, and the audience."""
    world = start(EXCHANGE)
    world.provider.answer = answer(400, error="invalid_grant")
    await world.run(3600)
    assert (world.reason(), world.calls) == ("AssertionRejected", 1)
    assert f"a subject token of the operator for audience {AUDIENCE}" in message_of(world)


async def test_no_part_of_a_token_is_in_status_or_events() -> None:
    """A provider may repeat it in its response."""
    world = start()
    await world.run()
    world.provider.answer = answer(400, error="invalid_client", error_description=world.cluster.tokens[0])
    world.request_refresh("again")
    await world.run(3600)
    status = str(world.cluster.connectors[KEY].status.to_manifest())
    assert all(token not in status + str(world.recorder.events) for token in world.cluster.tokens)
