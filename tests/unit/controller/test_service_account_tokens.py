"""Connectors that present tokens of ServiceAccounts: whose, when, and what a refusal says."""

from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.service_accounts import TokenDenied
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_connector, a_spec
from tests.support.exchanges import message_of
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

AUDIENCE = "api://AzureADTokenExchange"
ACCOUNT = {"name": "builder", "audience": AUDIENCE}
SPEC = a_spec(client={"id": "robot", "serviceAccount": ACCOUNT})
EXCHANGE = {
    "grantType": "TokenExchange",
    "client": None,
    "tokenExchange": {"subjectToken": {"serviceAccount": ACCOUNT}},
}
ENABLED = LocalRules("enabled", service_account_tokens=True)


def start(spec: dict[str, Any] = SPEC) -> World:
    """Return a connector and a ServiceAccount that allows it, in an install that allows both."""
    world = World()
    world.rules = ENABLED
    world.cluster.add(a_connector(spec))
    world.cluster.add_account("shop", "builder", "crm")
    return world


async def test_each_request_has_a_token_of_its_own() -> None:
    """No token is kept between two requests, so none is sent after the annotation is gone."""
    world = start()
    await world.run(86_400)
    sent = [form["client_assertion"][0] for form in world.provider.requests]
    assert len(sent) > 20
    assert sent == world.cluster.tokens
    assert len(set(sent)) == len(sent)
    assert all(token.startswith(f"shop.builder.{AUDIENCE}.") for token in sent)
    assert (world.reason(), world.token) == ("TokenIssued", f"token-{len(sent)}")


async def test_a_token_is_exchanged_as_a_jwt() -> None:
    """Google's token service and others take the token of a ServiceAccount as subject token of this type."""
    world = start(a_spec(**EXCHANGE))
    await world.run()
    (form,) = world.provider.requests
    assert form["subject_token"] == world.cluster.tokens
    assert form["subject_token_type"] == ["urn:ietf:params:oauth:token-type:jwt"]
    assert "client_id" not in form
    assert world.reason() == "TokenIssued"


async def test_client_and_subject_token_may_be_of_one_account() -> None:
    """There is one token for each audience."""
    other = {"name": "builder", "audience": "https://sts.example.com"}
    client = {"id": "robot", "serviceAccount": ACCOUNT}
    world = start(
        a_spec(**{**EXCHANGE, "client": client, "tokenExchange": {"subjectToken": {"serviceAccount": other}}})
    )
    await world.run()
    (form,) = world.provider.requests
    assert form["client_assertion"][0].startswith(f"shop.builder.{AUDIENCE}.")
    assert form["subject_token"][0].startswith("shop.builder.https://sts.example.com.")


async def test_an_account_without_the_annotation_gives_no_token_until_it_has_one() -> None:
    """The annotation is read before each request, and its change is noticed within a minute."""
    world = start()
    world.cluster.add_account("shop", "builder", "erp")
    await world.run(3600)
    assert (world.reason(), world.cluster.tokens, world.calls) == ("ServiceAccountNotAllowed", [], 0)
    assert "oauthconnector.dev/allow-token-for=crm" in message_of(world)
    world.cluster.add_account("shop", "builder", "erp", "crm")
    await world.run(61)
    assert world.reason() == "TokenIssued"


async def test_a_withdrawn_annotation_ends_requests_at_the_next_refresh() -> None:
    """The published token stays until it expires."""
    world = start()
    await world.run()
    world.cluster.add_account("shop", "builder")
    await world.run(3000)
    assert len(world.cluster.tokens) == 1
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", "ServiceAccountNotAllowed")


async def test_a_missing_account_is_used_as_soon_as_it_exists() -> None:
    """The message names it together with the annotation."""
    world = start()
    world.cluster.accounts.clear()
    await world.run(600)
    assert (world.reason(), world.calls) == ("ServiceAccountNotFound", 0)
    assert message_of(world).startswith("ServiceAccount `builder` does not exist")
    world.cluster.add_account("shop", "builder", "crm")
    await world.run(61)
    assert world.reason() == "TokenIssued"


async def test_an_install_without_the_setting_requests_no_token() -> None:
    """It is off by default, and another setting ends the refusal at once."""
    world = start()
    world.rules = LocalRules("default")
    await world.run(3600)
    assert (world.reason(), world.cluster.tokens, world.calls) == ("ServiceAccountTokensDisabled", [], 0)
    assert "serviceAccountTokens.enabled" in message_of(world)
    world.rules = ENABLED
    await world.run()
    assert world.reason() == "TokenIssued"


async def test_a_denied_token_is_requested_again_after_pauses() -> None:
    """Nothing shows the operator that a Role or a policy has changed."""
    world = start()
    world.cluster.denial = TokenDenied("the operator has no permission")
    await world.run(60)
    assert (world.reason(), world.reason("Stalled")) == ("ServiceAccountTokenDenied", "ServiceAccountTokenDenied")
    assert "the operator has no permission." in message_of(world)
    world.cluster.denial = None
    await world.run(301)
    assert world.reason() == "TokenIssued"


async def test_a_token_is_sent_only_to_hosts_that_its_account_allows() -> None:
    """The annotation `allowed-hosts` limits it as it limits a Secret."""
    world = start()
    world.cluster.add_account("shop", "builder", "crm", hosts=("other.example",))
    await world.run(600)
    assert (world.reason(), world.calls) == ("CredentialsNotAllowed", 0)
    assert message_of(world).startswith("A token of ServiceAccount `builder` must not be sent to login.example.com.")


async def test_an_install_that_requires_allowed_hosts_requires_them_of_accounts() -> None:
    """A ServiceAccount is a credential as a Secret is."""
    world = start()
    world.rules = replace(ENABLED, require_allowed_hosts=True)
    await world.run(600)
    assert (world.reason(), world.calls) == ("CredentialsNotAllowed", 0)


async def test_a_refusal_by_the_provider_names_what_has_to_be_registered() -> None:
    """Subject and audience of the token are in the message, and the token is not."""
    world = start()
    world.provider.answer = Signal(Symptom.OAUTH_ERROR, 401, "invalid_client")
    await world.run(600)
    assert world.reason() == "CredentialsRejected"
    assert f"subject `system:serviceaccount:shop:builder` and audience `{AUDIENCE}`" in message_of(world)


async def test_a_refused_subject_token_is_not_sent_again_before_something_changes() -> None:
    """The message names account and audience."""
    world = start(a_spec(**EXCHANGE))
    world.provider.answer = answer(400, error="invalid_grant")
    await world.run(86_400)
    assert (world.reason(), world.calls) == ("AssertionRejected", 1)
    assert f"of ServiceAccount builder for audience {AUDIENCE}" in message_of(world)
    world.provider.come_back()
    world.cluster.add_account("shop", "builder", "crm")
    await world.run(61)
    assert world.reason() == "TokenIssued"


@pytest.mark.parametrize("code", ["invalid_client", "shop.builder"])
async def test_no_part_of_a_token_is_in_status_or_events(code: str) -> None:
    """A provider may repeat it in its response."""
    world = start()
    await world.run()
    world.provider.answer = answer(400, error=code, error_description=world.cluster.tokens[0])
    world.request_refresh("again")
    await world.run(3600)
    status = str(world.cluster.connectors[KEY].status.to_manifest())
    assert all(token not in status + str(world.recorder.events) for token in world.cluster.tokens)
