"""What a provider refuses is sent again or not, by the word of the refusal."""

import pytest

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_spec
from tests.support.exchanges import FROM_SECRET, TYPE, message_of, start_exchange
from tests.support.fake_provider import answer
from tests.support.refusals import HTML

REFUSALS: dict[str, HTTPResponse] = {
    # RFC 8693 §2.2.2 demands `invalid_request` for any token that is invalid or unacceptable
    "RFC 8693": answer(400, error="invalid_request"),
    "RFC 6749 §5.2": answer(400, error="invalid_grant"),
    # keycloak.org/securing-apps/token-exchange and keycloak/keycloak issue 31294: an expired token
    "Keycloak": answer(400, error="invalid_token", error_description="Invalid token"),
    # cloud.google.com/iam/docs/reference/sts: an ID token of a provider that the pool does not know
    "Google STS": answer(400, error="invalid_grant", error_description="The issuer in ID Token does not match"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refused_token_is_not_sent_again_before_it_changes(name: str) -> None:
    """Neither a day nor a restart sends it again, and a changed Secret is noticed within a minute."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = REFUSALS[name]
    await world.run(86_400)
    world.start()
    await world.run(86_400)
    assert len(world.provider.requests) == 1
    assert (world.reason(), world.reason("Stalled")) == ("AssertionRejected", "AssertionRejected")
    assert f"a subject token of type {TYPE}access_token" in message_of(world)
    world.provider.come_back()
    world.cluster.add_credential("shop", "subject", token=b"second")
    await world.run(61)
    assert [form["subject_token"][0] for form in world.provider.requests] == ["first", "second"]
    assert world.reason() == "TokenIssued"


async def test_a_user_may_have_a_refused_token_sent_again() -> None:
    """The cause may have been at the provider: one request follows each annotation."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = REFUSALS["RFC 8693"]
    await world.run(3600)
    world.request_refresh("again")
    await world.run(3600)
    assert len(world.provider.requests) == 2


async def test_a_changed_spec_presents_a_refused_token_again() -> None:
    """Another type may be the right one."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = REFUSALS["RFC 8693"]
    await world.run(3600)
    world.provider.come_back()
    world.edit(a_spec(grantType="TokenExchange", tokenExchange={**FROM_SECRET, "subjectTokenType": f"{TYPE}jwt"}))
    await world.run(60)
    assert world.reason() == "TokenIssued"


OTHER_REFUSALS = {
    "the client": answer(401, error="invalid_client"),
    "the target, RFC 8693 §2.2.2": answer(400, error="invalid_target"),
    "a page of a proxy": HTML,
    "a rollout": HTTPResponse(404, {}, b""),
}


@pytest.mark.parametrize("name", OTHER_REFUSALS)
async def test_a_refusal_that_is_not_about_the_token_is_probed(name: str) -> None:
    """The provider may end it without a change here."""
    world = start_exchange(FROM_SECRET)
    world.cluster.add_credential("shop", "subject", token=b"first")
    world.provider.answer = OTHER_REFUSALS[name]
    await world.run(3600)
    assert 2 <= len(world.provider.requests) <= 8
    world.provider.come_back()
    await world.run(3700)
    assert world.reason() == "TokenIssued"
