"""Redirects that are not by the book: registered names, parameters to publish, and PKCE without a hash."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_connector.api.v1alpha1.consent_request import RequestParameter
from oauth_connector.connector.observation import Key
from oauth_connector.oauth.authorization import AuthorizationGranted, RedirectFlaw
from tests.support.builders import a_connector
from tests.support.consenting import CODE_SPEC, a_consent, consent
from tests.support.in_memory_consent_server import request_for
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

REALM = {"responseFields": [{"name": "realmId", "key": "realm_id"}]}


def world_of(**changes: Any) -> World:
    """Return a connector that waits for a user, with other fields."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector({**CODE_SPEC, **changes}))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return world


def realm_of(world: World) -> str | None:
    """Return the company in the output Secret."""
    return world.cluster.data("shop", "crm-token").get("realm_id")


async def link_of(world: World) -> dict[str, list[str]]:
    """Return the parameters of the link of a new consent."""
    world.cluster.add_consent(a_consent(int(world.now), "crm-0"))
    await world.run()
    request = world.cluster.consents[Key("shop", "crm-0")].status.request
    assert request is not None
    return parse_qs(urlsplit(request.link("state")).query)


async def test_a_parameter_of_the_redirect_is_published_and_stays() -> None:
    """QuickBooks names the company in the redirect alone: the Secret contains it after each refresh, too."""
    world = world_of(provider={"preset": "QuickBooks"}, output=REALM)
    await world.run()
    await consent(world, parameters={"realmId": "9130347957983546"})
    assert realm_of(world) == "9130347957983546"
    await world.run(4 * 3600)
    assert len(world.rotating.presented) >= 2
    assert realm_of(world) == "9130347957983546"


@pytest.mark.parametrize("value", ["", "1\n2", "\x00"])
async def test_a_parameter_that_is_no_text_is_left_out(value: str) -> None:
    """The browser may send anything; the token is obtained all the same."""
    world = world_of(provider={"preset": "QuickBooks"}, output=REALM)
    await world.run()
    await consent(world, parameters={"realmId": value, "other": "x"})
    assert world.token == "token-1"
    assert realm_of(world) is None


async def test_a_redirect_uri_with_a_name_is_sent_by_its_name() -> None:
    """EBay wants the RuName in both requests, and redirects to the URL that status shows."""
    world = world_of(provider={"preset": "eBay"}, authorizationCode={"redirectName": "Acme-AcmeCRM-PRD-a1-b2"})
    await world.run()
    assert (await link_of(world))["redirect_uri"] == ["Acme-AcmeCRM-PRD-a1-b2"]
    await consent(world)
    (form,) = world.rotating.requests
    assert form["redirect_uri"] == ["Acme-AcmeCRM-PRD-a1-b2"]
    assert world.cluster.connectors[KEY].status.redirect_uri == "https://connect.example.com/oauth/callback/shop/crm"


async def test_plain_pkce_sends_the_verifier_itself() -> None:
    """MyAnimeList knows no other method (RFC 7636 §4.2)."""
    world = world_of(authorizationCode={"pkce": "Plain"})
    await world.run()
    link = await link_of(world)
    assert link["code_challenge_method"] == ["plain"]
    assert len(link["code_challenge"][0]) == 43
    await consent(world)
    (form,) = world.rotating.requests
    request = world.cluster.consents[Key("shop", "crm-1")].status.request
    assert request is not None
    assert form["code_verifier"] == [request.code_challenge]


async def test_a_provider_has_its_own_names_of_parameters() -> None:
    """TikTok calls the client `client_key` in the link and in each token request."""
    world = world_of(provider={"preset": "TikTok"})
    await world.run()
    link = await link_of(world)
    assert link["client_key"] == ["robot"]
    assert "client_id" not in link
    await consent(world)
    (form,) = world.rotating.requests
    assert form["client_key"] == ["robot"]
    assert "client_id" not in form


def test_a_code_with_another_name_is_understood() -> None:
    """TikTok for Business returns `auth_code` (business-api.tiktok.com/portal/docs); no other parameter is renamed."""
    names = (RequestParameter(name="code", value="auth_code"), RequestParameter(name="client_id", value="app_id"))
    request = request_for("uid-1").model_copy(update={"parameter_names": names, "issuer": None, "iss_required": None})
    granted = request.understand([("auth_code", "c-1"), ("state", "x"), ("app_id", "7")])
    assert isinstance(granted, AuthorizationGranted)
    assert granted.code.get_secret_value() == "c-1"
    assert request.understand([("code", "c-1"), ("auth_code", "c-2")]) is RedirectFlaw.DUPLICATE_PARAMETER
