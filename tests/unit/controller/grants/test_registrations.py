"""A connector that names no client: it is registered once at the server, or identified by a document."""

import pytest

from oauth_connector.connector.grant.state import read_state
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_spec
from tests.support.consenting import a_consent, consent
from tests.support.fake_provider import answer
from tests.support.registering_provider import AGENT, SERVER, RegistrationScene
from tests.support.world import KEY

OTHER, DOCUMENT = "https://other.example", "https://connect.example.com/clients/shop/crm.json"


async def test_a_client_is_registered_before_the_first_consent() -> None:
    """The registration contains the redirect URI, the scopes and the method that the server has, and no secret."""
    scene = RegistrationScene()
    scene.server.resource_scopes = ("tools",)
    await scene.world.run(600)
    assert scene.server.registered == []
    await scene.ask()
    assert scene.client_id() == "client-1"
    assert scene.server.registered == [
        {
            "application_type": "web",
            "client_name": "OAuth Connector shop/crm",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["https://connect.example.com/oauth/callback/shop/crm"],
            "response_types": ["code"],
            "scope": "tools",
            "token_endpoint_auth_method": "client_secret_post",
        }
    ]


async def test_a_registered_client_authenticates_the_exchange_and_each_refresh() -> None:
    """Its secret is in the state Secret, and its identifier in the link."""
    scene = RegistrationScene()
    await consent(scene.world)
    await scene.world.run(4 * 3600)
    assert {form["client_secret"][0] for form in scene.server.requests} == {"issued-secret"}
    assert {form["client_id"][0] for form in scene.server.requests} == {"client-1"}
    assert len(scene.server.requests) > 3
    assert len(scene.server.registered) == 1


async def test_a_client_is_registered_once_for_a_connector() -> None:
    """Another consent, a restart and a revocation use the client that is registered."""
    scene = RegistrationScene()
    await scene.ask()
    scene.world.start()
    await consent(scene.world, "crm-2", "code-2")
    scene.world.request_revocation("1")
    await scene.world.run(60)
    await scene.ask("crm-3")
    assert [scene.client_id(name) for name in ("crm-1", "crm-2", "crm-3")] == ["client-1"] * 3
    assert len(scene.server.registered) == 1


async def test_a_registration_is_persisted_before_it_is_used() -> None:
    """While the state cannot be written, no link is made and no other client is registered."""
    scene = RegistrationScene()
    scene.world.cluster.refuse_secrets = "exceeded quota"
    scene.world.cluster.add_consent(a_consent(int(scene.world.now)))
    await scene.world.run(60)
    assert (scene.client_id(), len(scene.server.registered)) == (None, 1)
    scene.world.cluster.refuse_secrets = None
    await scene.world.run(60)
    assert (scene.client_id(), len(scene.server.registered)) == ("client-1", 1)


async def test_another_server_gets_a_registration_of_its_own() -> None:
    """A client of one server is never presented to another one."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.server.resource_servers = (OTHER,)
    await scene.world.run(4 * 3600)
    await consent(scene.world, "crm-2", "code-2")
    assert scene.client_id("crm-2") == "client-2"
    assert [form["client_id"] for form in scene.server.requests] == [["client-1"], ["client-2"]]
    assert scene.server.urls == [f"{SERVER}/token", f"{OTHER}/token"]


async def test_the_response_decides_what_the_client_is() -> None:
    """A proxy registers public clients, whatever the request says."""
    scene = RegistrationScene()
    scene.server.granted = {"token_endpoint_auth_method": "none"}
    await consent(scene.world)
    (form,) = scene.server.requests
    assert (form["client_id"], "client_secret" in form) == (["client-1"], False)


@pytest.mark.parametrize(
    "refusal",
    [answer(400, error="invalid_client_metadata"), answer(401), answer(201), Signal(Symptom.REDIRECT, 302)],
)
async def test_a_refused_registration_ends_the_consent(refusal: HTTPResponse | Signal) -> None:
    """Its message says whom to ask, and the server gets no second request at once."""
    scene = RegistrationScene()
    scene.server.refusal = refusal
    scene.server.granted = {}
    await scene.ask()
    assert scene.world.consent_reason("crm-1") == "ConnectorInvalid"
    assert "as.example.com refuses to register a client" in scene.message()
    await scene.ask("crm-2")
    assert len(scene.server.registered) == 1


async def test_a_server_that_is_down_ends_no_consent() -> None:
    """The registration is repeated after a pause."""
    scene = RegistrationScene()
    scene.server.refusal = Signal(Symptom.CONNECTION_REFUSED)
    await scene.ask()
    scene.server.refusal = None
    await scene.world.run(60)
    assert (scene.client_id(), len(scene.server.registered)) == ("client-2", 2)


async def test_a_server_without_registration_says_what_to_set() -> None:
    """A user registers the client there, and names it in the spec."""
    scene = RegistrationScene()
    scene.server.registers = False
    await scene.ask()
    assert scene.world.consent_reason("crm-1") == "ConnectorInvalid"
    assert "set `client.id`" in scene.message()


async def test_a_document_identifies_the_client_where_the_server_accepts_one() -> None:
    """Nothing is registered; the client is public, and its codes are protected by PKCE."""
    scene = RegistrationScene()
    scene.server.metadata["accepts_documents"] = True
    await consent(scene.world)
    assert scene.client_id() == DOCUMENT
    await scene.world.run(4 * 3600)
    assert {form["client_id"][0] for form in scene.server.requests} == {DOCUMENT}
    assert all("client_secret" not in form for form in scene.server.requests)
    assert "code_verifier" in scene.server.requests[0]
    assert scene.server.registered == []


@pytest.mark.parametrize(("method", "client"), [("Dynamic", "client-1"), ("MetadataDocument", DOCUMENT)])
async def test_the_spec_may_choose_the_method(method: str, client: str) -> None:
    """Both are possible at this server."""
    scene = RegistrationScene(client={"registration": {"method": method}})
    scene.server.metadata["accepts_documents"] = True
    await scene.ask()
    assert scene.client_id() == client


async def test_a_loopback_connector_is_registered_as_a_native_client() -> None:
    """The server cannot fetch a document of this machine, and the redirect URI has no TLS (RFC 8252 §7.3)."""
    loopback = "http://127.0.0.1:8765/oauth/callback/shop/crm"
    scene = RegistrationScene(authorizationCode={"redirectURI": loopback})
    scene.server.metadata["accepts_documents"] = True
    scene.world.cluster.add_consent(a_consent(int(scene.world.now), redirect="Loopback"))
    await scene.world.run()
    assert scene.client_id() == "client-1"
    (registered,) = scene.server.registered
    assert (registered["redirect_uris"], registered["application_type"]) == ([loopback], "native")


async def test_a_named_client_does_not_get_the_grant_of_a_registered_one() -> None:
    """The refresh token is bound to the client that it was issued to."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.world.edit(a_spec(**AGENT, client={"id": "another"}))
    await scene.world.run(4 * 3600)
    assert len(scene.server.requests) == 1
    assert scene.world.reason() == "GrantBindingMismatch"


async def test_no_secret_of_a_registration_is_published() -> None:
    """Status and the output Secret contain none; the state Secret contains what it needs."""
    scene = RegistrationScene()
    await consent(scene.world)
    state = read_state(scene.world.cluster.secrets["shop", "crm-oauth-state"].data)
    assert state is not None
    assert state.client is not None
    assert state.client.id == "client-1"
    shown = repr((scene.world.cluster.connectors[KEY], scene.world.cluster.secrets["shop", "crm-token"].data))
    assert "issued-secret" not in shown
    assert "manage-client" not in shown
