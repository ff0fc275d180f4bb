"""Whole passes of a grant that is given back (RFC 7009)."""

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import CODE_SPEC, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

REVOCABLE = {**CODE_SPEC["provider"], "revocationURL": "https://login.example.com/revoke"}


async def test_a_revoked_grant_is_given_back_and_forgotten(consenting: World) -> None:
    """The provider gets the refresh token back, pods see no token any more, and a person is waited for."""
    consenting.edit({**CODE_SPEC, "provider": REVOCABLE})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    form = consenting.rotating.requests[-1]
    assert (form["token"], form["token_type_hint"]) == (["refresh-1"], ["refresh_token"])
    status = consenting.cluster.connectors[KEY].status
    assert (status.last_handled_revoke, status.last_revocation) == ("1", "Revoked")
    assert ("shop", "crm-token") not in consenting.cluster.secrets
    assert "refresh_token" not in consenting.state
    assert consenting.reason() == "ConsentRequired"
    assert status.consent is None
    await consenting.run(3600)
    assert len(consenting.rotating.requests) == 2


async def test_a_grant_is_forgotten_where_nothing_can_be_given_back(consenting: World) -> None:
    """Not every provider has a revocation endpoint; here the grant goes all the same."""
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "NoEndpoint"
    assert "refresh_token" not in consenting.state


async def test_a_grant_is_not_given_back_to_a_stranger(consenting: World) -> None:
    """A revocation endpoint at another server than the token's would be a way to have the token sent there."""
    consenting.edit({**CODE_SPEC, "provider": {**REVOCABLE, "revocationURL": "https://evil.example/revoke"}})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert not any("evil.example" in url for url in consenting.rotating.urls)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_a_provider_that_is_down_is_asked_five_times_to_take_a_grant_back(consenting: World) -> None:
    """Then it is forgotten here: nobody shall wait for ever for a provider that is gone."""
    consenting.edit({**CODE_SPEC, "provider": REVOCABLE})
    await consenting.run()
    await consent(consenting)
    consenting.rotating.fault = HTTPResponse(503, {}, b"")
    consenting.request_revocation("1")
    await consenting.run(60)
    assert sum("token" in form for form in consenting.rotating.requests) == 5
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_a_client_that_asks_for_itself_gets_another_token_after_a_revocation() -> None:
    """Nobody is needed for it: the old token is given back, and a new one asked for."""
    world = World(RotatingProvider(rotates=False))
    world.cluster.add(a_connector(a_spec(provider={"tokenURL": "https://login.example.com/token"})))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    world.edit(
        a_spec(
            provider={
                "tokenURL": "https://login.example.com/token",
                "revocationURL": "https://login.example.com/revoke",
            }
        )
    )
    await world.run()
    world.request_revocation("1")
    await world.run(30)
    revoked = [form["token"][0] for form in world.rotating.requests if "token" in form]
    assert revoked == ["token-1"]
    assert world.token == "token-2"
