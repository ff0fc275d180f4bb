"""Whole passes of a person's consent: from the object to the token, and all that may come between."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_spec
from tests.support.consenting import CODE_SPEC, a_consent, answered, confirmed, consent, id_token
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


async def test_a_connector_without_consent_waits_for_a_person(consenting: World) -> None:
    """Nobody is asked; status says what to run, where to look, and which redirect URI to register."""
    await consenting.run(3600)
    status = consenting.cluster.connectors[KEY].status
    assert consenting.rotating.requests == []
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("ConsentRequired", "ConsentRequired")
    assert consenting.reason("Reconciling") == "ConsentRequired"
    assert status.redirect_uri == "https://connect.example.com/oauth/callback/shop/crm"
    assert status.consent_url == "https://connect.example.com/connector/shop/crm"


async def test_a_consent_ends_in_a_token_that_is_refreshed(consenting: World) -> None:
    """The code is exchanged once with its verifier; who said yes stands in status."""
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
    """Without what the last page showed, or with something else, no code is sent; who typed it is told so."""
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


async def test_an_answer_with_another_ticket_is_refused(consenting: World) -> None:
    """Only the browser of whoever asked has the ticket."""
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    wrong = answered(consenting.cluster.consents[key], "code-1", ticket=SecretStr("x" * 43))
    consenting.cluster.add_consent(confirmed(wrong))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ResponseInvalid"
    assert consenting.rotating.requests == []


async def test_a_connector_that_was_changed_meanwhile_voids_the_consent(consenting: World) -> None:
    """What a person said yes to is not what would be done now."""
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit({**CODE_SPEC, "scopes": ["everything"]})
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []


@pytest.mark.parametrize("forged", [{"confirmation_required": False}, {"code_challenge": None}, {"issuer": None}])
async def test_a_request_that_is_not_the_operators_own_voids_the_consent(
    consenting: World, forged: dict[str, object]
) -> None:
    """The digest is no secret: whoever may write status could ask for less than the operator does."""
    issuer = {**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}}
    consenting.edit(issuer)
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    filled = consenting.cluster.consents[key]
    assert filled.status.request is not None
    request = filled.status.request.model_copy(update=forged)
    status = filled.status.model_copy(update={"request": request})
    consenting.cluster.add_consent(answered(replace(filled, status=status), "code-1"))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []


async def test_another_output_voids_no_consent(consenting: World) -> None:
    """Where the token is written is no part of what was said yes to."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit({**CODE_SPEC, "output": {"secretName": "elsewhere"}})
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.run(3)
    assert consenting.consent_reason("crm-1") == "Authorized"


async def test_a_consent_that_nobody_gives_expires_and_goes(consenting: World) -> None:
    """After a quarter of an hour it is void, after an hour it is gone."""
    await consenting.run()
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run(901)
    assert consenting.consent_reason("crm-1") == "Expired"
    await consenting.run(2800)
    assert consenting.cluster.consents == {}


async def test_a_refused_code_is_never_sent_again(consenting: World) -> None:
    """The consent says so; another one works."""
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


async def test_a_lost_answer_to_a_code_ends_the_consent(consenting: World) -> None:
    """A code is exchanged at most once, whatever became of it (RFC 6749 §4.1.2)."""
    await consenting.run()
    consenting.rotating.lose = LOST
    await consent(consenting)
    await consenting.run(300)
    assert len(consenting.rotating.requests) == 1
    assert consenting.consent_reason("crm-1") == "CodeLost"


@pytest.mark.parametrize(("point", "reason"), [(FaultPoint.CLAIMED, "CodeLost"), (FaultPoint.PERSISTED, "Authorized")])
async def test_a_process_that_dies_with_a_code_never_sends_it_twice(
    consenting: World, point: FaultPoint, reason: str
) -> None:
    """The next process finds out from the state Secret what became of it."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.die_at(point)
    consenting.start()
    await consenting.run(60)
    assert len([form for form in consenting.rotating.requests if "code" in form]) <= 1
    assert consenting.consent_reason("crm-1") == reason


async def test_a_missing_refresh_token_is_said_at_once(consenting: World) -> None:
    """The consent went well, and yet somebody will be needed in an hour: better to know now."""
    consenting.rotating.refresh_tokens = False
    await consenting.run()
    await consent(consenting)
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("TokenIssued", "RefreshTokenMissing")
    await consenting.run(2 * 3600)
    assert len(consenting.rotating.requests) == 1
    assert (consenting.reason(), consenting.reason("Stalled")) == ("GrantExpired", "GrantExpired")


async def test_a_second_consent_replaces_the_first_without_a_gap(consenting: World) -> None:
    """Consent may be given again at any time: the new grant takes over."""
    await consenting.run()
    await consent(consenting)
    await consent(consenting, "crm-2", "code-2")
    assert consenting.token == "token-2"
    await consenting.run(3000)
    assert consenting.rotating.presented[:1] == ["refresh-2"]


async def test_a_suspended_connector_takes_no_consent(consenting: World) -> None:
    """Suspended means that no token call is made; the requester is told."""
    consenting.edit({**CODE_SPEC, "suspend": True})
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorSuspended"


class Late(FakeCluster):
    """A cluster whose cache does not know a connector until it is read: the watch of connectors is behind."""

    def connector(self, key: Key) -> AnyConnector | None:
        """Give what was read."""
        return super().connector(key) if f"connector {key}" in self.calls.reads else None


async def test_a_consent_that_is_seen_before_its_connector_is_not_turned_down(consenting: World) -> None:
    """Both were created just now, and each has a watch of its own: a live read decides."""
    late = Late()
    late.connectors, late.credentials = consenting.cluster.connectors, consenting.cluster.credentials
    consenting.cluster = late
    consenting.start()
    late.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "AwaitingUser"


async def test_a_consent_for_no_connector_says_so(consenting: World) -> None:
    """A name that was mistyped is told, and the object goes in time."""
    del consenting.cluster.connectors[KEY]
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    assert consenting.consent_reason("crm-1") == "ConnectorNotFound"


async def test_a_redirect_uri_of_somebody_else_is_refused(consenting: World) -> None:
    """A code must not be sent where it does not belong."""
    consenting.edit({**CODE_SPEC, "authorizationCode": {"redirectURI": "https://evil.example/callback"}})
    await consenting.run()
    assert (consenting.reason(), consenting.reason("Stalled")) == ("RedirectURIInvalid", "RedirectURIInvalid")


async def test_a_code_that_may_not_be_sent_ends_its_consent_at_once(consenting: World) -> None:
    """A credential that may not go there, or a Secret in the way: whoever waits is told to mend it, not to wait."""
    await consenting.run()
    del consenting.cluster.credentials["shop", "robot"]
    await consent(consenting)
    assert consenting.rotating.requests == []
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    assert consenting.reason() == "CredentialsNotFound"
    told = consenting.cluster.consents[Key("shop", "crm-1")].status.conditions[0].message
    assert "Secret `robot` does not exist in this namespace" in told
    consenting.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    consenting.cluster.add_foreign("shop", "crm-oauth-state")
    await consent(consenting, "crm-2", "code-2")
    assert consenting.consent_reason("crm-2") == "SecretConflict"


async def test_a_code_is_tried_while_the_issuer_does_not_answer(consenting: World) -> None:
    """Nothing was sent, so that nothing is lost: it waits for discovery, and not in a loop."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"issuer": "https://login.example.com"}))
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    consenting.rotating.unfound = Signal(Symptom.CONNECTION_FAILED)
    await consenting.run(20)
    assert consenting.consent_reason("crm-1") == "AwaitingUser"
    consenting.rotating.unfound = None
    await consenting.run(20)
    assert consenting.reason() == "TokenIssued"


async def test_a_token_that_never_ends_needs_nobody(consenting: World) -> None:
    """Some providers tell no life and give no refresh token: their tokens are good until they are revoked."""
    consenting.rotating.refresh_tokens = False
    consenting.rotating.lifetime = 0
    await consenting.run()
    await consent(consenting)
    await consenting.run(90 * 86400)
    status = consenting.cluster.connectors[KEY].status
    assert (consenting.reason(), consenting.reason("ConsentRequired")) == ("TokenIssued", None)
    assert status.expiration_time is None
    assert len(consenting.rotating.requests) == 1


async def test_a_consent_expires_though_its_issuer_never_answers(consenting: World) -> None:
    """Nobody can go on with it, and it does not stay for ever."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"issuer": "https://login.example.com"}))
    consenting.rotating.unfound = Signal(Symptom.CONNECTION_FAILED)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run(1300)
    assert consenting.consent_reason("crm-1") == "Expired"
    await consenting.run(2400)
    assert consenting.cluster.consents == {}


async def test_a_consent_may_come_before_its_connector_is_heard_of(consenting: World) -> None:
    """Two watches tell of them in any order: what is not in the cache is looked for before it is called missing."""
    consenting.cluster.unheard.add(KEY)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    assert consenting.consent_reason("crm-1") == "AwaitingUser"


async def test_a_code_that_comes_right_after_a_refresh_waits_for_a_moment_only(consenting: World) -> None:
    """Two calls do not follow each other within two seconds; the pass after that sends it, without anybody's nudge."""
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
