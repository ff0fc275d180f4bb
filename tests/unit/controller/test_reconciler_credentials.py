"""Reconciliations with missing or rejected credentials."""

import json
from dataclasses import replace

import pytest

from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_password_spec
from tests.support.fake_provider import answer
from tests.support.world import KEY, World


async def test_a_rejected_client_is_reported_and_probed_rarely(world: World) -> None:
    """A wrong client secret stalls the connector and is probed after 5, 15 and 60 minutes."""
    world.provider.answer = answer(401, error="invalid_client")
    await world.run(3600)
    assert (world.reason(), world.reason("Stalled")) == ("CredentialsRejected", "CredentialsRejected")
    assert world.calls == 3
    assert world.recorder.events == [("Warning", "CredentialsRejected")]


@pytest.mark.parametrize("secret", ["invalid_client", "AADSTS7000215", "7000215"])
async def test_a_code_that_repeats_the_client_secret_is_nowhere(
    world: World, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The response is judged by its code; status, messages, Events and logs show none that contains the secret."""
    world.cluster.add_credential("shop", "robot", client_secret=secret.encode())
    world.provider.answer = answer(401, error="invalid_client", error_description="AADSTS7000215: wrong secret")
    await world.run(3600)
    assert world.reason() == "CredentialsRejected"
    status = json.dumps(world.cluster.connectors[KEY].status.to_manifest())
    seen = " ".join((status, *(" ".join(event) for event in world.recorder.events), *capsys.readouterr()))
    assert secret not in seen


async def test_a_corrected_secret_is_tried_within_a_minute(world: World) -> None:
    """The Secret is read every minute, and no request is sent."""
    world.provider.answer = answer(401, error="invalid_client")
    await world.run(100)
    world.provider.come_back()
    world.cluster.add_credential("shop", "robot", client_secret=b"right")
    await world.run(65)
    assert world.reason() == "TokenIssued"
    assert world.calls == 2


MENDABLE: dict[str, HTTPResponse | Signal] = {
    **{word: answer(400, error=word) for word in ("unauthorized_client", "unsupported_grant_type", "invalid_scope")},
    **{word: answer(400, error=word) for word in ("invalid_target", "invalid_request", "access_denied")},
    # keycloak/keycloak issue 16923: a wrong client secret
    "Keycloak": answer(401, error="unauthorized_client"),
    "a framework, 401": answer(401, message="Unauthorized"),
    "a framework, 403": answer(403, message="Forbidden"),
    "an unknown word": answer(400, error="no_license"),
    # octokit/auth-oauth-user.js issue 239
    "GitHub": answer(404, error="Not Found"),
    # developer.work.weixin.qq.com, global error codes: a wrong secret
    "WeCom": answer(200, errcode=40001, errmsg="invalid credential"),
    "an unknown client certificate": Signal(Symptom.TLS_FAILED),
}


@pytest.mark.parametrize("refusal", MENDABLE)
async def test_a_changed_secret_is_tried_within_a_minute_under_each_reason(world: World, refusal: str) -> None:
    """Another secret may end each of them, whatever the reason says; the next request was planned for later."""
    world.provider.answer = MENDABLE[refusal]
    await world.run(3690)
    planned = world.cluster.connectors[KEY].status.next_refresh_time
    assert planned is not None
    assert planned.timestamp() > world.now + 65
    world.provider.come_back()
    world.cluster.add_credential("shop", "robot", client_secret=b"right")
    await world.run(65)
    assert world.reason() == "TokenIssued"


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


async def test_a_scope_that_repeats_the_client_secret_is_not_in_status(world: World) -> None:
    """A server may return what was sent to it, at the place that the spec names for scopes."""
    world.provider.answer = answer(access_token="token-1", token_type="Bearer", scope="read s3cret")
    await world.run()
    status = world.cluster.connectors[KEY].status
    assert (world.reason(), status.granted_scopes) == ("TokenIssued", ("read",))
