"""Responses that are read with effort: a token is published, or the refresh token is stored before anything is said."""

import gzip
import json

import pytest

from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.consenting import consent
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

LOST = Symptom.CONNECTION_LOST
MEMBERS = {"access_token": "token-odd", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "salvaged"}
BODY = json.dumps(MEMBERS).encode()
TWICE = b'{"access_token":"other",' + BODY[1:]

SALVAGED: dict[str, tuple[HTTPResponse, str, str]] = {
    "another token type": (answer(**{**MEMBERS, "token_type": "mac"}), "UnsupportedTokenType", "not a bearer token"),
    "a token for no header": (answer(**{**MEMBERS, "access_token": "a\nb"}), "InvalidTokenResponse", "no HTTP header"),
    "no token": (answer(refresh_token="salvaged"), "InvalidTokenResponse", "no member `access_token`"),
    "two tokens": (HTTPResponse(200, {}, TWICE), "InvalidTokenResponse", "a member twice"),
    "two objects": (HTTPResponse(200, {}, b"[{}," + BODY + b"]"), "InvalidTokenResponse", "not one JSON object"),
    "a cut object": (HTTPResponse(200, {}, BODY[:-1]), "InvalidTokenResponse", "not one JSON object"),
    "a lost end": (
        HTTPResponse(200, {}, BODY[:-1], interruption=LOST),
        "ProviderUnreachable",
        "ends before the response",
    ),
    "too much": (HTTPResponse(200, {}, BODY, truncated=True), "InvalidTokenResponse", "larger than 256 KiB"),
    "a warning": (HTTPResponse(200, {}, b"<br />\n<b>Warning</b>" + BODY), "InvalidTokenEndpoint", "web page"),
}

READ: dict[str, HTTPResponse] = {
    "compressed": HTTPResponse(200, {"content-encoding": "gzip"}, gzip.compress(BODY)),
    "UTF-16": HTTPResponse(200, {}, BODY.decode().encode("utf-16")),
    "in a list": HTTPResponse(200, {}, b"[" + BODY + b"]"),
    "in an object": answer(data=MEMBERS),
    "before other bytes": HTTPResponse(200, {}, BODY + b"\n0\r\n"),
    "without its last chunk": HTTPResponse(200, {}, BODY, interruption=LOST),
    "of a type that means bearer": answer(**{**MEMBERS, "token_type": "BearerToken"}),
}


def message(world: World) -> str:
    """Return the messages of all conditions."""
    return " ".join(condition.message for condition in world.cluster.connectors[KEY].status.conditions)


@pytest.mark.parametrize("sentence", SALVAGED)
async def test_a_successor_is_stored_before_status_says_what_is_odd(strict: World, sentence: str) -> None:
    """On a server that ends a grant when a used token is sent again, the grant survives each of these responses."""
    odd, reason, _ = SALVAGED[sentence]
    await strict.run()
    strict.now += 2700
    strict.rotating.know(refresh_token="salvaged")
    strict.rotating.lose = odd
    strict.cluster.calls.writes.clear()
    await strict.run(1)
    assert strict.state["refresh_token"] == "salvaged"
    assert strict.cluster.calls.writes == ["update crm-oauth-state", "update crm-oauth-state", "status shop/crm"]
    error = strict.cluster.connectors[KEY].status.last_error
    assert error is not None
    assert error.reason == reason
    await strict.run(3600)
    assert strict.rotating.presented[:3] == ["seed-1", "refresh-1", "salvaged"]
    assert strict.reason() == "TokenIssued"


@pytest.mark.parametrize("sentence", SALVAGED)
async def test_the_refresh_token_of_a_code_is_stored(consenting: World, sentence: str) -> None:
    """A code is sent once: its refresh token gives the token, and the user need not consent again."""
    await consenting.run()
    consenting.rotating.know(refresh_token="salvaged")
    consenting.rotating.lose = SALVAGED[sentence][0]
    await consent(consenting)
    assert [form["grant_type"] for form in consenting.rotating.requests][:1] == [["authorization_code"]]
    assert consenting.consent_reason("crm-1") == "Authorized"
    await consenting.run(3600)
    assert consenting.rotating.presented[0] == "salvaged"
    assert [form["grant_type"] for form in consenting.rotating.requests].count(["authorization_code"]) == 1
    assert consenting.reason() == "TokenIssued"


@pytest.mark.parametrize("sentence", SALVAGED)
async def test_status_says_what_is_odd_and_that_the_refresh_token_is_stored(strict: World, sentence: str) -> None:
    """The message names the fault of the response, not only that there is one."""
    odd, reason, words = SALVAGED[sentence]
    strict.rotating.fault = odd
    await strict.run()
    assert strict.reason() == reason
    assert words in message(strict)
    assert "has stored the refresh token" in message(strict)


@pytest.mark.parametrize("sentence", READ)
async def test_a_token_with_one_meaning_is_published(strict: World, sentence: str) -> None:
    """Nothing is odd for the user: the token is in its Secret, and the successor in the state Secret."""
    strict.rotating.lose = READ[sentence]
    await strict.run()
    assert strict.reason() == "TokenIssued"
    assert strict.token == "token-odd"
    assert strict.state["refresh_token"] == "salvaged"


async def test_a_salvaged_refresh_token_survives_the_process(strict: World) -> None:
    """It is in the state Secret before the process can say anything."""
    await strict.run()
    strict.now += 2700
    strict.rotating.know(refresh_token="salvaged")
    strict.rotating.lose = SALVAGED["two tokens"][0]
    await strict.kill_at(FaultPoint.PERSISTED)
    strict.start()
    await strict.run(3600)
    assert strict.rotating.presented[:3] == ["seed-1", "refresh-1", "salvaged"]
    assert strict.reason() == "TokenIssued"


async def test_a_salvaged_refresh_token_is_no_rejected_one(strict: World) -> None:
    """A new grant begins without the refusals of the old one, and is not in doubt."""
    await strict.run()
    strict.now += 2700
    strict.rotating.fault = HTTPResponse(403, {}, b"")
    await strict.run(2400)
    strict.rotating.fault = None
    strict.rotating.lose = SALVAGED["two tokens"][0]
    strict.request_refresh("now")
    await strict.run(1)
    members = json.loads(strict.state["grant.json"])
    assert (members["claim"], members["rejections"], members["refused"]) == (None, [], False)


async def test_the_presented_refresh_token_is_no_successor(graceful: World) -> None:
    """A server that repeats it in an unreadable response may have processed nothing: the same token is sent again."""
    await graceful.run()
    graceful.now += 2700
    graceful.rotating.lose = HTTPResponse(200, {}, b'[{"refresh_token":"refresh-1"},{}]')
    await graceful.run(60)
    assert graceful.rotating.presented[:3] == ["seed-1", "refresh-1", "refresh-1"]
    assert graceful.reason() == "TokenIssued"


async def test_the_example_in_a_documentation_is_no_successor(strict: World) -> None:
    """The user has named the page that describes the token endpoint: the initial refresh token is still unused."""
    strict.rotating.turn_away = HTTPResponse(200, {"content-type": "text/html"}, b"<!doctype html><pre>" + BODY)
    await strict.run(3600)
    assert strict.rotating.presented[:2] == ["seed-1", "seed-1"]
    assert strict.reason() == "TokenIssued"


async def test_a_salvaged_token_replaces_the_grant_of_an_earlier_consent(consenting: World) -> None:
    """The token of the earlier consent is not taken for that of the new one."""
    await consenting.run()
    await consent(consenting)
    assert consenting.token == "token-1"
    consenting.now += 60
    consenting.rotating.know(refresh_token="salvaged")
    consenting.rotating.lose = SALVAGED["two tokens"][0]
    await consent(consenting, "crm-2", "code-2")
    await consenting.run(60)
    assert consenting.rotating.presented == ["salvaged"]
    assert consenting.token == "token-3"
