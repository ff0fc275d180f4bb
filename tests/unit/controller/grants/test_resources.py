"""A resource leads to its authorization server: for the consent of a user, and for a machine."""

from typing import Any

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import a_consent, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.signing_keys import P256_KEY, write_pem
from tests.support.world import KEY, World

MCP, SERVER, OTHER = "https://mcp.example.com/mcp", "https://as.example.com", "https://evil.example"
AGENT = a_spec(grantType="AuthorizationCode", provider={"resource": MCP}, client={"id": "agent"})
MACHINE = a_spec(provider={"resource": MCP}, client={"id": "agent", "keyRef": {"name": "key"}})


@pytest.fixture
def agent() -> World:
    """Return a connector that waits for a user, whose server the resource names."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(AGENT))
    return world


def machine(**changes: Any) -> World:
    """Return a connector of a client that signs assertions."""
    world = World()
    world.cluster.add(a_connector({**MACHINE, **changes}))
    world.cluster.add_credential("shop", "key", **{"tls.key": write_pem(P256_KEY).encode()})
    world.provider.resource = ProtectedResource(MCP, (SERVER,), ("tools",))
    return world


async def test_a_consent_for_a_resource_ends_in_a_token_that_is_refreshed(agent: World) -> None:
    """The link, the exchange and each refresh name the resource (RFC 8707), and all go to its server."""
    agent.rotating.resource_scopes = ("tools:read", "tools:run")
    await agent.run()
    await consent(agent)
    request = agent.cluster.consents[Key("shop", "crm-1")].status.request
    assert request is not None
    assert (request.authorization_endpoint, request.issuer) == (f"{SERVER}/authorize", SERVER)
    assert request.scope == "tools:read tools:run"
    assert [(each.name, each.value) for each in request.parameters] == [("resource", MCP)]
    await agent.run(4 * 3600)
    assert set(agent.rotating.urls) == {f"{SERVER}/token"}
    assert [form["resource"] for form in agent.rotating.requests] == [[MCP]] * len(agent.rotating.requests)
    assert len(agent.rotating.requests) > 3
    status = agent.cluster.connectors[KEY].status
    assert status.provider is not None
    assert (status.provider.issuer, status.provider.token_url) == (SERVER, f"{SERVER}/token")


async def test_scopes_of_the_spec_replace_those_of_the_resource(agent: World) -> None:
    """A user may want less than all that a resource supports."""
    agent.rotating.resource_scopes = ("tools:read", "tools:run")
    agent.edit({**AGENT, "scopes": ["tools:read"]})
    agent.cluster.add_consent(a_consent(int(agent.now)))
    await agent.run()
    request = agent.cluster.consents[Key("shop", "crm-1")].status.request
    assert request is not None
    assert request.scope == "tools:read"


async def test_a_refresh_token_is_not_sent_to_another_server_of_the_resource(agent: World) -> None:
    """An attacker who controls the resource later cannot have the grant; the condition says what to do."""
    await agent.run()
    await consent(agent)
    agent.rotating.resource_servers = (OTHER,)
    await agent.run(4 * 3600)
    assert set(agent.rotating.urls) == {f"{SERVER}/token"}
    assert len(agent.rotating.urls) == 1
    assert agent.reason() == "IssuerChanged"
    assert agent.reason("ConsentRequired") == "IssuerChanged"


async def test_a_server_that_is_listed_second_later_stays_in_use(agent: World) -> None:
    """The order of the list means nothing to a grant."""
    await agent.run()
    await consent(agent)
    agent.rotating.resource_servers = (OTHER, SERVER)
    await agent.run(4 * 3600)
    assert set(agent.rotating.urls) == {f"{SERVER}/token"}
    assert agent.reason() == "TokenIssued"


async def test_a_new_consent_accepts_another_server(agent: World) -> None:
    """The user sees it on the page of the consent, and the new grant is for it alone."""
    await agent.run()
    await consent(agent)
    agent.rotating.resource_servers = (OTHER,)
    await agent.run(4 * 3600)
    await consent(agent, "crm-2", "code-2")
    await agent.run(3600)
    assert agent.rotating.urls[1:] == [f"{OTHER}/token"] * (len(agent.rotating.urls) - 1)
    assert agent.reason() == "TokenIssued"


async def test_a_grant_is_not_sent_to_an_issuer_that_the_spec_names_later(agent: World) -> None:
    """The refresh token is bound to the server that it is from, also after an edit of the connector."""
    await agent.run()
    await consent(agent)
    agent.rotating.resource_servers = (OTHER, SERVER)
    agent.edit({**AGENT, "provider": {"resource": MCP, "issuer": OTHER}})
    await agent.run(4 * 3600)
    assert len(agent.rotating.urls) == 1
    assert agent.reason() == "GrantBindingMismatch"


async def test_a_server_that_does_not_list_s256_gets_no_consent(agent: World) -> None:
    """A code without a challenge could be used by another program that intercepts it."""
    agent.rotating.has_s256 = False
    agent.cluster.add_consent(a_consent(int(agent.now)))
    await agent.run()
    assert agent.consent_reason("crm-1") == "ConnectorInvalid"
    assert "S256" in agent.cluster.consents[Key("shop", "crm-1")].status.conditions[0].message


async def test_a_resource_without_metadata_ends_a_consent(agent: World) -> None:
    """Its requester does not wait for a request that cannot be made."""
    agent.rotating.unfound = Signal(Symptom.NOT_FOUND, 404)
    agent.cluster.add_consent(a_consent(int(agent.now)))
    await agent.run()
    assert agent.consent_reason("crm-1") == "ConnectorInvalid"
    assert (
        "mcp.example.com returned no usable metadata"
        in agent.cluster.consents[Key("shop", "crm-1")].status.conditions[0].message
    )


async def test_a_machine_asks_for_the_scopes_of_the_resource() -> None:
    """Client credentials with an assertion, whose audience is the issuer, and the resource."""
    world = machine()
    await world.run()
    assert world.reason() == "TokenIssued"
    (form,) = world.provider.requests
    assert (form["resource"], form["scope"], form["client_assertion_type"] is not None) == ([MCP], ["tools"], True)


async def test_a_machine_sends_nothing_to_another_server_later() -> None:
    """Its first token has recorded the server in status; the issuer in the spec accepts another one."""
    world = machine()
    await world.run()
    world.provider.resource = ProtectedResource(MCP, (OTHER,))
    await world.run(2 * 3600)
    assert (world.reason(), len(world.provider.requests)) == ("IssuerChanged", 1)
    world.edit({**MACHINE, "provider": {"resource": MCP, "issuer": OTHER}})
    await world.run()
    assert (world.reason(), len(world.provider.requests)) == ("TokenIssued", 2)


async def test_an_issuer_that_the_resource_does_not_list_gets_nothing() -> None:
    """The spec names the server of the client; a resource with another one is not its resource."""
    world = machine(provider={"resource": MCP, "issuer": OTHER})
    await world.run()
    assert (world.reason(), world.provider.requests) == ("IssuerNotListed", [])


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (Signal(Symptom.NOT_FOUND, 404), "ResourceDiscoveryFailed"),
        (Signal(Symptom.NO_AUTHORIZATION_SERVER, 200), "ResourceDiscoveryFailed"),
        (Signal(Symptom.RESOURCE_MISMATCH, 200), "ResourceMismatch"),
        (Signal(Symptom.CONNECTION_REFUSED), "ProviderUnreachable"),
    ],
)
async def test_a_failed_discovery_of_the_resource_has_its_reason(signal: Signal, reason: str) -> None:
    """It names the host of the resource, and nothing is sent to any server."""
    world = machine()
    world.provider.resource = signal
    await world.run()
    assert (world.reason(), world.provider.requests) == (reason, [])
