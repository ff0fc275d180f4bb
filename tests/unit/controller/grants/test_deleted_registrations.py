"""The registration of a client ends with its connector or its last use, where the server allows that."""

import pytest

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_spec
from tests.support.consenting import consent
from tests.support.registering_provider import AGENT, SERVER, RegistrationScene
from tests.support.world import KEY

OTHER = "https://other.example"


async def test_a_deleted_connector_deletes_its_registration() -> None:
    """With the token of the registration, once (RFC 7592 §2.3)."""
    scene = RegistrationScene()
    await consent(scene.world)
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_connector_that_is_deleted_after_a_restart_deletes_its_registration() -> None:
    """The state Secret contains what deletes it, until the garbage collector comes."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.world.start()
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_retained_grant_keeps_its_registration() -> None:
    """A connector that is created again continues with the client of its refresh token."""
    scene = RegistrationScene(output={"deletionPolicy": "Retain"})
    await consent(scene.world)
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == []


ELSEWHERE = [
    "https://inner.example.com/register/client-1",
    "https://as.example.com:8443/register/client-1",
    "https://mcp.example.com/mcp",
]


@pytest.mark.parametrize("url", ELSEWHERE)
async def test_a_registration_at_another_server_is_not_deleted(url: str) -> None:
    """A server must not choose what the operator requests elsewhere, with a token that this server chose, too."""
    scene = RegistrationScene()
    scene.server.granted = {**scene.server.granted, "registration_client_uri": url}
    await consent(scene.world)
    assert scene.world.reason() == "TokenIssued"
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == []


@pytest.mark.parametrize(("is_restarted", "named"), [(False, frozenset({"mcp.example.com"})), (True, frozenset[str]())])
async def test_a_registration_is_deleted_at_a_public_host(*, is_restarted: bool, named: frozenset[str]) -> None:
    """Only hosts that the spec names may be inner ones; after a restart it is not known which ones it named."""
    scene = RegistrationScene()
    await consent(scene.world)
    if is_restarted:
        scene.world.start()
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    (context,) = scene.server.managing
    assert context.named_hosts == named
    assert context.choose_tls(f"{SERVER}/register/client-1").is_public_only


async def test_a_deleted_connector_cannot_shorten_the_pause_after_a_refusal() -> None:
    """A connector that is created again registers no client before the pause of its predecessor has passed."""
    scene = RegistrationScene()
    scene.server.refusal = HTTPResponse(429, {"retry-after": "600"}, b"")
    await scene.ask()
    connector = scene.world.cluster.connectors.pop(KEY)
    await scene.world.reconcile(KEY)
    scene.world.cluster.connectors[KEY] = connector
    await scene.ask("crm-2")
    assert len(scene.server.registered) == 1


async def test_a_registration_is_deleted_after_a_consent_at_another_server() -> None:
    """Until that consent the grant of the first server needs its client."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.server.resource_servers = (OTHER,)
    await scene.ask("crm-2")
    assert scene.server.managed == []
    await consent(scene.world, "crm-3", "code-3")
    assert scene.client_id("crm-3") == "client-2"
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_registration_that_was_never_used_is_deleted_when_another_one_replaces_it() -> None:
    """A user who does not come back leaves no client behind; no link contains it any more."""
    scene = RegistrationScene(output={"deletionPolicy": "Retain"})
    await scene.ask()
    scene.server.resource_servers = (OTHER,)
    await scene.ask("crm-2")
    assert scene.client_id("crm-2") == "client-2"
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_client_that_the_spec_names_refreshes_its_own_grant() -> None:
    """The registration stays for a spec without a client, and is not presented for this one."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.world.edit(a_spec(**AGENT, client={"id": "another"}))
    await consent(scene.world, "crm-2", "code-2")
    await scene.world.run(4 * 3600)
    presented = [form["client_id"][0] for form in scene.server.requests]
    assert (presented[:1], set(presented[1:])) == (["client-1"], {"another"})
    assert len(presented) > 3
    assert scene.server.managed == []
