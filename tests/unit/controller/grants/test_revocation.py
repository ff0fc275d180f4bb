"""Reconciliations that revoke a grant (RFC 7009)."""

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import CODE_SPEC, consent
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

REVOCABLE = {**CODE_SPEC["provider"], "revocationURL": "https://login.example.com/revoke"}


async def test_a_grant_is_revoked_at_the_provider_and_deleted(consenting: World) -> None:
    """The provider gets the refresh token to revoke, pods read no token any more, and a consent is awaited."""
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


async def test_a_grant_is_deleted_where_the_provider_cannot_revoke(consenting: World) -> None:
    """Not every provider has a revocation endpoint; the grant is deleted here all the same."""
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "NoEndpoint"
    assert "refresh_token" not in consenting.state


async def test_a_grant_is_not_sent_to_the_revocation_endpoint_of_another_server(consenting: World) -> None:
    """A revocation endpoint at another server would get the token."""
    consenting.edit({**CODE_SPEC, "provider": {**REVOCABLE, "revocationURL": "https://evil.example/revoke"}})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert not any("evil.example" in url for url in consenting.rotating.urls)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_an_unavailable_provider_gets_five_revocation_requests(consenting: World) -> None:
    """After that it is deleted here: a provider may never respond again."""
    consenting.edit({**CODE_SPEC, "provider": REVOCABLE})
    await consenting.run()
    await consent(consenting)
    consenting.rotating.fault = HTTPResponse(503, {}, b"")
    consenting.request_revocation("1")
    await consenting.run(60)
    assert sum("token" in form for form in consenting.rotating.requests) == 5
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_client_credentials_get_another_token_after_a_revocation() -> None:
    """No user is needed: the old token is revoked, and another one is requested."""
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


async def test_a_grant_is_not_sent_to_the_revocation_endpoint_of_another_issuer(consenting: World) -> None:
    """An issuer beside the token URL may name any revocation endpoint: that must be at the token's server."""
    consenting.rotating.revocable = "https://evil.example/revoke"
    consenting.edit({**CODE_SPEC, "provider": {**CODE_SPEC["provider"], "issuer": "https://evil.example"}})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert not any("evil.example" in url for url in consenting.rotating.urls)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_an_access_token_is_not_sent_to_a_server_that_did_not_issue_it() -> None:
    """A user who changes a connector's server gets no token of the old one."""
    world = World(RotatingProvider(rotates=False))
    world.cluster.add(a_connector(a_spec(provider={"tokenURL": "https://login.example.com/token"})))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    evil = {"tokenURL": "https://evil.example/token", "revocationURL": "https://evil.example/revoke"}
    world.edit(a_spec(provider=evil))
    world.request_revocation("1")
    await world.reconcile(KEY)
    assert not any("token" in form for form in world.rotating.requests)


# --- a provider with several data centers ----------------------------------------------------------------------------
async def test_a_grant_stays_at_the_data_center_that_the_redirect_named(consenting: World) -> None:
    """Code, refresh and revocation are sent to the account's data center, whichever the link began at."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"preset": "Zoho"}, client=CODE_SPEC["client"]))
    await consenting.run()
    await consent(consenting, parameters={"accounts-server": "https://accounts.zoho.eu"})
    await consenting.run(3600)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert consenting.rotating.urls[0] == "https://accounts.zoho.eu/oauth/v2/token"
    assert set(consenting.rotating.urls[1:-1]) == {"https://accounts.zoho.eu/oauth/v2/token"}
    assert consenting.rotating.urls[-1] == "https://accounts.zoho.eu/oauth/v2/token/revoke"


async def test_a_code_is_not_sent_to_an_unknown_data_center(consenting: World) -> None:
    """The parameter is from a browser: an unknown host would get the code and the client secret."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"preset": "Zoho"}, client=CODE_SPEC["client"]))
    await consenting.run()
    await consent(consenting, parameters={"accounts-server": "https://accounts.zoho.evil.example"})
    assert consenting.rotating.urls == []
    assert consenting.consent_reason("crm-1") == "ResponseInvalid"


async def test_an_error_with_status_200_is_no_success(consenting: World) -> None:
    """Zoho and others return errors with this status; the grant is not reported as revoked."""
    consenting.edit({**CODE_SPEC, "provider": REVOCABLE})
    await consenting.run()
    await consent(consenting)
    consenting.rotating.fault = answer(200, error="invalid_token")
    consenting.request_revocation("1")
    await consenting.run(60)
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"
