"""Reconciliations of a consent: from the object to the token, and what may fail in between."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.connector.observation import Key
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.controller.ports import SoleProcess
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.consenting import TICKET, a_consent, answered, confirmed, consent, id_token
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


async def test_a_connector_without_consent_waits_for_a_user(consenting: World) -> None:
    """No request is sent; status contains the command, the page, and the redirect URI to register."""
    await consenting.run(3600)
    status = consenting.cluster.connectors[KEY].status
    assert consenting.rotating.requests == []
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("ConsentRequired", "ConsentRequired")
    assert consenting.reason("Reconciling") == "ConsentRequired"
    assert status.redirect_uri == "https://connect.example.com/oauth/callback/shop/crm"
    assert status.consent_url == "https://connect.example.com/connector/shop/crm"


async def test_a_consent_ends_in_a_token_that_is_refreshed(consenting: World) -> None:
    """The code is exchanged once with its verifier; status contains the requester."""
    await consenting.run()
    consenting.rotating.extra = {"id_token": id_token(email="alice@example.com")}
    await consent(consenting)
    assert consenting.token == "token-1"
    form = consenting.rotating.requests[0]
    assert form["grant_type"] == ["authorization_code"]
    assert form["redirect_uri"] == ["https://connect.example.com/oauth/callback/shop/crm"]
    assert len(form["code_verifier"][0]) == 43
    status = consenting.cluster.connectors[KEY].status
    assert status.consent is not None
    assert status.consent.requested_by == "alice@corp"
    assert consenting.reason("ConsentRequired") is None
    assert consenting.consent_reason("crm-1") == "Authorized"
    assert status.consent.account == "alice@example.com"
    assert consenting.cluster.consents[Key("shop", "crm-1")].status.account == "alice@example.com"
    await consenting.run(4 * 3600)
    assert consenting.rotating.presented[:2] == ["refresh-1", "refresh-2"]


async def test_a_code_waits_for_its_confirmation(consenting: World) -> None:
    """Without the confirmation code, or with a wrong one, no code is sent; the consent reports that."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.cluster.add_consent(answered(consenting.cluster.consents[key], "code-1"))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "AwaitingConfirmation"
    mistyped = replace(confirmed(consenting.cluster.consents[key], "0000-0000"), generation=2)
    consenting.cluster.add_consent(mistyped)
    await consenting.run(30)
    assert consenting.rotating.requests == []
    condition = consenting.cluster.consents[key].status.conditions[0]
    assert (condition.reason, condition.observed_generation) == ("AwaitingConfirmation", 2)
    consenting.cluster.add_consent(replace(confirmed(consenting.cluster.consents[key]), generation=3))
    await consenting.run()
    assert consenting.reason() == "TokenIssued"


@pytest.mark.parametrize(("ticket", "reason"), [(TICKET, "AccessDenied"), ("x" * 43, "ResponseInvalid")])
async def test_a_denial_ends_the_consent(consenting: World, ticket: str, reason: str) -> None:
    """No confirmation is needed, no request is sent, and the connector still waits for a user."""
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    denied = answered(consenting.cluster.consents[key], "", ticket=SecretStr(ticket), error="access_denied")
    consenting.cluster.add_consent(denied)
    await consenting.run()
    assert consenting.consent_reason("crm-1") == reason
    assert consenting.rotating.requests == []
    assert consenting.reason("ConsentRequired") == "ConsentRequired"
    await consent(consenting, "crm-2")
    assert consenting.token == "token-1"


async def test_a_response_with_another_ticket_is_rejected(consenting: World) -> None:
    """Only the requester's browser has the ticket."""
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    wrong = answered(consenting.cluster.consents[key], "code-1", ticket=SecretStr("x" * 43))
    consenting.cluster.add_consent(confirmed(wrong))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ResponseInvalid"
    assert consenting.rotating.requests == []


async def test_a_rejected_code_is_never_sent_again(consenting: World) -> None:
    """The consent reports it; another consent works."""
    await consenting.run()
    consenting.rotating.fault = answer(400, error="invalid_grant")
    await consent(consenting)
    await consenting.run(300)
    assert len(consenting.rotating.requests) == 1
    assert consenting.consent_reason("crm-1") == "CodeRejected"
    assert consenting.reason() == "ConsentRequired"
    consenting.rotating.fault = None
    await consent(consenting, "crm-2", "code-2")
    assert consenting.reason() == "TokenIssued"


async def test_a_lost_response_to_a_code_ends_the_consent(consenting: World) -> None:
    """A code is sent at most once, whatever the outcome (RFC 6749 §4.1.2)."""
    await consenting.run()
    consenting.rotating.lose = LOST
    await consent(consenting)
    await consenting.run(300)
    assert len(consenting.rotating.requests) == 1
    assert consenting.consent_reason("crm-1") == "CodeLost"


@pytest.mark.parametrize(("point", "reason"), [(FaultPoint.CLAIMED, "CodeLost"), (FaultPoint.PERSISTED, "Authorized")])
async def test_a_process_that_is_killed_with_a_code_never_sends_it_twice(
    consenting: World, point: FaultPoint, reason: str
) -> None:
    """The next process reads the outcome from the state Secret."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.kill_at(point)
    consenting.start()
    await consenting.run(CLAIM_LIFETIME + 10)
    assert len([form for form in consenting.rotating.requests if "code" in form]) <= 1
    assert consenting.consent_reason("crm-1") == reason


async def test_a_code_of_an_ended_container_is_reported_as_lost_at_once(consenting: World) -> None:
    """The next container of the same Pod knows that no response will come."""
    consenting._elected = SoleProcess(0.0, "ops/operator_1")
    consenting.start()
    await consenting.run()
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.kill_at(FaultPoint.ANSWERED)
    consenting._elected = SoleProcess(0.0, "ops/operator_2")
    consenting.start()
    await consenting.run(1)
    assert consenting.consent_reason("crm-1") == "CodeLost"


async def test_a_missing_refresh_token_is_reported_at_once(consenting: World) -> None:
    """The consent succeeded, but another is needed in an hour: a condition reports it at once."""
    consenting.rotating.refresh_tokens = False
    await consenting.run()
    await consent(consenting)
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("TokenIssued", "RefreshTokenMissing")
    await consenting.run(2 * 3600)
    assert len(consenting.rotating.requests) == 1
    assert (consenting.reason(), consenting.reason("Stalled")) == ("GrantExpired", "GrantExpired")


async def test_a_second_consent_replaces_the_first_without_a_gap(consenting: World) -> None:
    """A user may consent again at any time: the new grant replaces the old one."""
    await consenting.run()
    await consent(consenting)
    await consent(consenting, "crm-2", "code-2")
    assert consenting.token == "token-2"
    await consenting.run(3000)
    assert consenting.rotating.presented[:1] == ["refresh-2"]


async def test_a_token_that_never_expires_needs_no_user(consenting: World) -> None:
    """Some providers return neither lifetime nor refresh token: their tokens are valid until they are revoked."""
    consenting.rotating.refresh_tokens = False
    consenting.rotating.lifetime = 0
    await consenting.run()
    await consent(consenting)
    await consenting.run(90 * 86400)
    status = consenting.cluster.connectors[KEY].status
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("TokenIssued", None)
    assert status.expiration_time is None
    assert len(consenting.rotating.requests) == 1


async def test_a_code_right_after_a_refresh_waits_for_two_seconds(consenting: World) -> None:
    """Two requests have two seconds between them; the next reconciliation sends the code, without another event."""
    await consenting.run()
    await consent(consenting)
    consenting.rotating.know(code="code-2")
    key = Key("shop", "crm-2")
    consenting.cluster.add_consent(a_consent(int(consenting.now), "crm-2"))
    await consenting.run()
    consenting.request_refresh("now")
    consenting.now += 10
    await consenting.run()
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-2")))
    await consenting.run(5)
    assert consenting.consent_reason("crm-2") == "Authorized"
    assert [form["grant_type"][0] for form in consenting.rotating.requests] == [
        "authorization_code",
        "refresh_token",
        "authorization_code",
    ]
