"""Introspection of tokens whose responses state no lifetime (RFC 7662)."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from oauth_connector.connector.observation import Connector
from oauth_connector.oauth.introspection import read_introspection_response
from oauth_connector.oauth.lifetimes import Lifetime, LifetimeSource
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import consent
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.signing_keys import P256_KEY, write_pem
from tests.support.world import KEY, World

NOW = 1_700_000_000.0
INTROSPECTION = "https://login.example.com/introspect"
UNREADABLE = {
    "a signal": Signal(Symptom.CONNECTION_FAILED),
    "an error": answer(401, error="invalid_client"),
    "an inactive token": answer(active=False),
    "an inactive token with an expiry": answer(active=False, exp=NOW + 600),
    "no expiry": answer(active=True),
    "an expiry in the past": answer(active=True, exp=NOW - 1),
    "an expiry in a century": answer(active=True, exp=NOW + 100 * 365 * 86400),
    "an expiry that is no number": answer(active=True, exp="soon"),
    "a text instead of the state": answer(active="true", exp=NOW + 600),
    "HTML": HTTPResponse(200, {"content-type": "text/html"}, b"<html>"),
    "nothing": HTTPResponse(204, {}, b""),
}


@pytest.mark.parametrize("response", UNREADABLE.values(), ids=UNREADABLE)
def test_another_response_states_no_lifetime(response: HTTPResponse | Signal) -> None:
    """Only an active token with a plausible expiry has a lifetime; nothing is raised."""
    assert read_introspection_response(response, NOW) is None


def test_the_expiry_counts_by_the_clock_of_the_server() -> None:
    """RFC 7662 §2.2: `exp` is a point in time; the `Date` of the response says when it is now."""
    response = answer(active=True, exp=int(NOW) + 600)
    assert read_introspection_response(response, NOW) == Lifetime(600, LifetimeSource.INTROSPECTION)
    dated = HTTPResponse(200, {"date": "Tue, 14 Nov 2023 22:13:30 GMT"}, response.body)
    assert read_introspection_response(dated, NOW + 1e6) == Lifetime(590, LifetimeSource.INTROSPECTION)


class IntrospectingProvider(RotatingProvider):
    """A provider that states no lifetime, and introspects its tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.extra = {"expires_in": None}
        self.introspected: list[TokenRequest] = []
        self.result: HTTPResponse | Signal = Signal(Symptom.CONNECTION_FAILED)
        self.introspectable: str | None = None

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata of an issuer, which may name an introspection endpoint; an empty one is its own."""
        found = await super().find(issuer, context)
        assert isinstance(found, ServerMetadata)
        own = f"{issuer}/introspect" if self.introspectable == "" else self.introspectable
        return replace(found, introspection_endpoint=own)

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to an introspection, or to a token request."""
        if not request.url.endswith("/introspect"):
            return await super().send(request, context)
        self.introspected.append(request)
        return self.result


def a_world(url: str = INTROSPECTION, **changes: Any) -> tuple[World, IntrospectingProvider]:
    """Return a connector whose lifetimes are introspected."""
    provider = IntrospectingProvider()
    world = World(provider)
    endpoints = {"tokenURL": "https://login.example.com/token", "introspectionURL": url}
    world.cluster.add(a_connector(a_spec(provider=endpoints, **changes)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world, provider


def state_of(world: World) -> tuple[str | None, int]:
    """Return the source of the lifetime, and the lifetime in seconds."""
    connector = world.cluster.connectors[KEY]
    assert isinstance(connector, Connector)
    status = connector.status
    assert status.issue_time is not None
    assert status.expiration_time is not None
    lifetime = (status.expiration_time - status.issue_time).total_seconds()
    return status.lifetime_source, int(lifetime)


GRANTS = {
    "client credentials": {},
    "a refresh token": {"grantType": "RefreshToken", "refreshToken": {"secretRef": {"name": "seed"}}},
}


@pytest.mark.parametrize("grant", GRANTS.values(), ids=GRANTS)
async def test_an_introspected_lifetime_is_published(grant: dict[str, Any]) -> None:
    """Status shows the source; the request is authenticated as the client, and the refresh is in time."""
    world, provider = a_world(**grant)
    provider.result = answer(active=True, exp=int(world.now) + 1200)
    await world.run()
    assert state_of(world) == ("Introspection", 1200)
    (request,) = provider.introspected
    form = parse_qs(request.body.decode())
    assert form == {"token": ["token-1"], "token_type_hint": ["access_token"]}
    assert dict(request.headers)["Authorization"].startswith("Basic ")
    assert request.url == INTROSPECTION


@pytest.mark.parametrize("grant", GRANTS.values(), ids=GRANTS)
async def test_a_failed_introspection_is_no_failure_of_the_token(grant: dict[str, Any]) -> None:
    """The token is published with the assumed lifetime."""
    world, provider = a_world(**grant)
    await world.run()
    assert world.token == "token-1"
    assert world.reason() == "TokenIssued"
    assert state_of(world) == ("Default", 3600)
    assert len(provider.introspected) == 1


async def test_a_stated_lifetime_is_not_asked_for() -> None:
    """The response of the token endpoint counts, and costs no further request."""
    world, provider = a_world()
    provider.extra = {}
    await world.run()
    assert state_of(world)[0] == "Response"
    assert provider.introspected == []


async def test_an_endpoint_at_another_server_gets_no_token() -> None:
    """A user who may edit a connector cannot have its tokens sent elsewhere."""
    world, provider = a_world("https://evil.example/introspect")
    await world.run()
    assert world.token == "token-1"
    assert provider.introspected == []


ISSUER = "https://login.example.com"


@pytest.mark.parametrize(
    ("provider_spec", "endpoint", "source"),
    [
        ({"issuer": ISSUER}, INTROSPECTION, "Introspection"),
        ({"issuer": ISSUER, "introspectionURL": INTROSPECTION}, None, "Introspection"),
        (
            {"issuer": ISSUER, "introspectionURL": INTROSPECTION},
            "https://other.example.com/introspect",
            "Introspection",
        ),
        ({"issuer": ISSUER}, "https://other.example.com/introspect", "Default"),
        ({"issuer": ISSUER}, None, "Default"),
        ({"issuer": ISSUER, "tokenURL": f"{ISSUER}/token"}, INTROSPECTION, "Introspection"),
    ],
)
async def test_metadata_name_the_endpoint_where_the_spec_wants_introspection(
    provider_spec: dict[str, str], endpoint: str | None, source: str
) -> None:
    """The endpoint of the spec comes first, and one at another server than the token endpoint gets no token."""
    world, provider = a_world()
    provider.introspectable = endpoint
    provider.result = answer(active=True, exp=int(world.now) + 600)
    world.cluster.add(a_connector(a_spec(provider=provider_spec, refresh={"lifetimeSource": "Introspection"})))
    await world.run(3)
    assert state_of(world)[0] == source
    assert {request.url for request in provider.introspected} == ({INTROSPECTION} if source != "Default" else set())


async def test_metadata_alone_cause_no_introspection() -> None:
    """A request that the spec does not want is not sent."""
    world, provider = a_world()
    provider.introspectable = INTROSPECTION
    world.cluster.add(a_connector(a_spec(provider={"issuer": ISSUER})))
    await world.run(3)
    assert (state_of(world)[0], provider.introspected) == ("Default", [])


async def test_a_token_is_introspected_by_the_server_that_issued_it() -> None:
    """A server that a resource names first, after the consent, does not get the tokens of the other one."""
    provider = IntrospectingProvider()
    provider.introspectable = ""
    world = World(provider)
    spec = a_spec(
        grantType="AuthorizationCode",
        provider={"resource": "https://mcp.example.com/mcp"},
        client={"id": "agent"},
        refresh={"lifetimeSource": "Introspection"},
    )
    world.cluster.add(a_connector(spec))
    await world.run()
    await consent(world)
    provider.resource_servers = ("https://evil.example", "https://as.example.com")
    await world.run(4 * 3600)
    assert len(provider.introspected) > 1
    assert {request.url for request in provider.introspected} == {"https://as.example.com/introspect"}


async def test_a_resource_that_flips_between_two_requests_gets_no_token() -> None:
    """The first token of a machine is introspected where it is from, though status does not show that yet."""
    provider = FlippingProvider()
    provider.introspectable = ""
    world = World(provider)
    key = {"id": "agent", "keyRef": {"name": "key"}}
    refresh = {"lifetimeSource": "Introspection"}
    world.cluster.add(
        a_connector(a_spec(provider={"resource": "https://mcp.example.com/mcp"}, client=key, refresh=refresh))
    )
    world.cluster.add_credential("shop", "key", **{"tls.key": write_pem(P256_KEY).encode()})
    await world.run(3)
    assert world.reason() == "TokenIssued"
    assert provider.urls == ["https://as.example.com/token"]
    assert not any(request.url.startswith("https://evil.example") for request in provider.introspected)


class FlippingProvider(IntrospectingProvider):
    """A resource that names an honest server first, and then one of an attacker."""

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Return the metadata, and change them."""
        found = await super().find_resource(resource, context)
        self.resource_servers = ("https://evil.example", "https://as.example.com")
        return found
