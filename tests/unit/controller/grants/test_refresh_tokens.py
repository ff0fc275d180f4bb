"""Reconciliations with refresh tokens: none is lost, sent twice at once, or sent once its successor is stored."""

from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_spec
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

SEED = {"refreshToken": {"secretRef": {"name": "seed"}}}


LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


def a_world_with_an_initial_token(provider: RotatingProvider) -> World:
    """Return a connector with an initial refresh token."""
    world = World(provider)
    world.cluster.add(a_connector(a_spec(grantType="RefreshToken", **SEED)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world


async def test_an_initial_refresh_token_is_exchanged_and_its_successors_are_stored(strict: World) -> None:
    """It is sent once; after that each refresh sends the refresh token of the last response."""
    await strict.run(4 * 3600)
    presented = strict.rotating.presented
    assert presented[:3] == ["seed-1", "refresh-1", "refresh-2"]
    assert len(presented) == len(set(presented))
    assert strict.state["refresh_token"] == f"refresh-{len(presented)}"
    assert strict.reason() == "TokenIssued"


async def test_a_first_token_takes_four_writes(strict: World) -> None:
    """Claim, outcome, output, status: in this order, so that nothing is published before it is persisted."""
    await strict.run()
    assert strict.cluster.calls.writes == [
        "create crm-oauth-state",
        "update crm-oauth-state",
        "create crm-token",
        "status shop/crm",
    ]


async def test_a_refresh_token_is_never_in_the_output(strict: World) -> None:
    """Pods read the access token and nothing that could renew it."""
    await strict.run(3600)
    shown = " ".join(strict.cluster.data("shop", "crm-token").values())
    known = {*strict.rotating.presented, strict.state["refresh_token"]}
    assert len(known) > 1
    assert not any(token in shown for token in known)


async def test_a_response_without_a_refresh_token_keeps_the_old_one() -> None:
    """Many providers do not rotate: the stored one is sent again (RFC 6749 §6)."""
    world = a_world_with_an_initial_token(RotatingProvider(rotates=False))
    await world.run(4 * 3600)
    assert set(world.rotating.presented) == {"seed-1"}
    assert len(world.rotating.presented) > 3


async def test_the_claim_of_another_process_is_respected(strict: World) -> None:
    """Two processes act in the same second: one claim is written, and the other process sends nothing."""
    await strict.run()
    strict.now += 3000
    await strict.race(FaultPoint.CHOSEN)
    await strict.run(60)
    presented = strict.rotating.presented
    assert presented == ["seed-1", "refresh-1"]
    assert strict.reason() == "TokenIssued"


async def test_another_initial_refresh_token_replaces_the_grant_and_the_same_one_does_not(strict: World) -> None:
    """GitOps may apply the old token again and again; only another one replaces the grant."""
    await strict.run()
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    await strict.run(3600)
    assert strict.rotating.presented.count("seed-1") == 1
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(3600)
    assert "seed-2" in strict.rotating.presented


async def test_a_rejected_initial_refresh_token_is_sent_once_and_another_within_a_minute(strict: World) -> None:
    """A wrong refresh token is not sent again; the Secret is read, and a corrected one works."""
    strict.rotating.revoke()
    await strict.run(3600)
    assert strict.rotating.presented == ["seed-1"]
    assert (strict.reason(), strict.reason("Stalled")) == ("RefreshTokenRejected", "RefreshTokenRejected")
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(65)
    assert strict.reason() == "TokenIssued"


async def test_a_rejected_refresh_token_is_sent_once_more_on_request(strict: World) -> None:
    """A user may request it: the provider may have been wrong."""
    await strict.run()
    strict.now += 2400
    strict.rotating.fault = answer(400, error="invalid_grant")
    await strict.run(600)
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"
    strict.rotating.fault = None
    strict.request_refresh("now")
    await strict.run(60)
    assert strict.reason() == "TokenIssued"
    assert strict.reason("ConsentRequired") is None


async def test_a_refresh_token_is_not_sent_to_another_server(strict: World) -> None:
    """A user who edits the token URL gets no token of another server (RFC 9700 §4.4)."""
    await strict.run()
    spec = a_spec(grantType="RefreshToken", provider={"tokenURL": "https://evil.example/token"}, **SEED)
    strict.edit(spec)
    await strict.run(3 * 3600)
    assert not any("evil.example" in url for url in strict.rotating.urls)
    assert strict.reason("ConsentRequired") == "GrantBindingMismatch"


async def test_five_rejections_within_an_hour_require_a_consent_while_retries_continue(strict: World) -> None:
    """Some servers never return `invalid_grant`; a grant that is rejected for an hour requires a consent."""
    await strict.run()
    strict.now += 2400
    strict.rotating.fault = HTTPResponse(403, {}, b"")
    await strict.run(3 * 3600)
    assert strict.reason() == "RefreshTokenRejected"
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"
    before = len(strict.rotating.requests)
    await strict.run(2 * 3600)
    assert len(strict.rotating.requests) > before
    strict.rotating.fault = None
    await strict.run(5 * 3600)  # about as long as the refusals lasted
    assert strict.reason() == "TokenIssued"


async def test_a_refresh_token_from_an_unusable_response_is_stored(graceful: World) -> None:
    """A token type that cannot be published does not lose the successor."""
    await graceful.run()
    graceful.now += 3000
    graceful.rotating.know(refresh_token="salvaged")
    graceful.rotating.lose = answer(access_token="x", token_type="mac", refresh_token="salvaged")
    await graceful.run(1)
    assert graceful.state["refresh_token"] == "salvaged"


async def test_the_expiry_of_a_refresh_token_is_reported_in_advance(strict: World) -> None:
    """Status shows the time, and a condition reports it in advance."""
    strict.rotating.extra = {"refresh_token_expires_in": 86400}
    await strict.run()
    status = strict.cluster.connectors[KEY].status
    assert status.refresh_token_expiration_time is not None
    assert strict.reason("ConsentRequired") is None
    strict.rotating.fault = Signal(Symptom.CONNECTION_FAILED)
    await strict.run(0.85 * 86400)
    assert strict.reason("ConsentRequired") == "RefreshTokenExpiring"


async def test_a_deleted_output_is_repaired_without_a_request(strict: World) -> None:
    """The state Secret contains the token: no token request is needed."""
    await strict.run()
    strict.now += 20
    del strict.cluster.secrets["shop", "crm-token"]
    await strict.run()
    assert strict.token == "token-1"
    assert len(strict.rotating.requests) == 1


async def test_a_state_secret_of_another_owner_is_not_changed(strict: World) -> None:
    """A Secret of that name that is not owned stops all requests and is reported."""
    strict.cluster.add_unowned("shop", "crm-oauth-state")
    await strict.run(300)
    assert strict.rotating.requests == []
    assert strict.reason() == "StateConflict"


async def test_changed_scopes_need_a_user_and_the_old_grant_is_refreshed(strict: World) -> None:
    """A refresh cannot add scopes: the token stays valid, and a condition requires a consent."""
    await strict.run()
    strict.edit(a_spec(grantType="RefreshToken", scopes=["more"], **SEED))
    await strict.run(2 * 3600)
    assert (strict.reason(), strict.reason("ConsentRequired")) == ("TokenIssued", "ScopesChanged")
    assert len(strict.rotating.requests) > 1


# --- a password grant that returns refresh tokens ------------------------------------------------------------------


async def test_the_successor_of_an_initial_refresh_token_is_stored_from_an_unusable_response(strict: World) -> None:
    """The access token cannot be published, but the initial refresh token is used up."""
    strict.rotating.extra = {"access_token": "two words"}
    await strict.run()
    strict.rotating.extra = {}
    await strict.run(600)
    assert strict.rotating.presented == ["seed-1", "refresh-1"]
    assert strict.reason() == "TokenIssued"
