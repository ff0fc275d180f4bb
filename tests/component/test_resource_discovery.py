"""Discovery of a resource over HTTP: the challenge, the well-known places, and where a resource cannot lead."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.diagnosis.outside import open_outside
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.settings.operator import Settings

PATH_PLACE, ROOT_PLACE = "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"


class Site:
    """An MCP server and its authorization server on one port; what they return is set by the test."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.challenge: Callable[[str], str] = lambda _origin: ""
        self.places: dict[str, dict[str, Any]] = {}
        self.servers: Callable[[str], list[str]] = lambda origin: [origin]
        self.origin = ""
        self.method = "GET"
        self.metadata: dict[str, Any] = {}

    @property
    def port(self) -> int:
        """The port of both."""
        return int(self.origin.rpartition(":")[2])

    async def respond(self, request: web.Request) -> web.Response:
        """Respond to the request without a token, and to requests for documents."""
        self.asked.append(request.path)
        if request.path == "/mcp":
            if request.method != self.method:
                return web.Response(status=405)
            return web.Response(status=401, headers={"WWW-Authenticate": self.challenge(self.origin)})
        if request.path in self.places:
            named = {"resource": f"{self.origin}/mcp", "authorization_servers": self.servers(self.origin)}
            return web.json_response({**named, **self.places[request.path]})
        if request.path == "/.well-known/oauth-authorization-server":
            own = str(request.url.origin())
            named = {"issuer": own, "token_endpoint": f"{own}/token", "authorization_endpoint": f"{own}/authorize"}
            pkce = {"code_challenge_methods_supported": ["S256"]}
            return web.json_response({**named, **pkce, **self.metadata})
        return web.Response(status=404)

    async def find(self) -> ProtectedResource | Signal:
        """Discover the resource as the operator does."""
        async with HTTPProviderClient(self.settings.egress) as client:
            return await client.find_resource(f"{self.origin}/mcp", RequestContext(0.0))

    @property
    def settings(self) -> Settings:
        """Settings that allow the port by two names."""
        names = ("127.0.0.1", "localhost")
        return Settings(
            allowed_destinations=tuple(AllowedDestination(host=name, ports=(self.port,), http=True) for name in names)
        )

    async def check(self, *, client: str | None = "agent", **provider: str) -> dict[str, DiagnosisStep]:
        """Check a connector for the resource, without a client if `None`. Return the steps by name."""
        own = {"resource": f"{self.origin}/mcp", **provider}
        named = {"client": {"id": client}} if client is not None else {}
        spec = {"grantType": "AuthorizationCode", "provider": own, **named}
        head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "agent"}}
        documents = CheckInput({**head, "spec": spec}, {})
        async with open_outside(self.settings, documents) as (token_client, probe):
            return {step.name: step async for step in run_check(documents, CheckOptions(), token_client, probe)}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Serve a resource on loopback."""
    served, app = Site(), web.Application()
    app.router.add_route("*", "/{path:.*}", served.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield served
    finally:
        await runner.cleanup()


async def test_the_document_that_the_challenge_names_is_fetched(site: Site) -> None:
    """Its scopes are those of the challenge, which are what this resource needs now."""
    site.challenge = lambda origin: f'Bearer resource_metadata="{origin}/meta", scope="tools"'
    site.places["/meta"] = {"scopes_supported": ["tools", "admin"]}
    assert await site.find() == ProtectedResource(f"{site.origin}/mcp", (site.origin,), ("tools",))
    assert site.asked == ["/mcp", "/meta"]


async def test_without_a_challenge_the_well_known_places_are_tried(site: Site) -> None:
    """The one with the path of the resource first, then the one without (RFC 9728 §3.1)."""
    site.places[ROOT_PLACE] = {"scopes_supported": ["tools"]}
    assert await site.find() == ProtectedResource(f"{site.origin}/mcp", (site.origin,), ("tools",))
    assert site.asked == ["/mcp", PATH_PLACE, ROOT_PLACE]


async def test_a_server_that_serves_post_alone_is_challenged_with_one(site: Site) -> None:
    """MCP servers without sessions answer GET with 405, and their challenge may name an unusual place."""
    site.method = "POST"
    site.challenge = lambda origin: f'Bearer resource_metadata="{origin}/meta"'
    site.places["/meta"] = {}
    assert await site.find() == ProtectedResource(f"{site.origin}/mcp", (site.origin,))
    assert site.asked == ["/mcp", PATH_PLACE, ROOT_PLACE, "/mcp", "/meta"]


async def test_a_document_at_another_server_is_not_requested(site: Site) -> None:
    """A resource must not choose what the operator requests inside its network."""
    site.challenge = lambda _origin: f'Bearer resource_metadata="http://localhost:{site.port}/meta"'
    site.places["/meta"] = {}
    assert await site.find() == Signal(Symptom.NOT_FOUND, 404)
    assert "/meta" not in site.asked


async def test_a_document_about_another_resource_is_reported_as_such(site: Site) -> None:
    """Not as one that is missing at the last place."""
    site.places[PATH_PLACE] = {"resource": "https://mcp.example.com/mcp"}
    assert await site.find() == Signal(Symptom.RESOURCE_MISMATCH, 200)


async def test_a_check_shows_the_steps_of_the_discovery(site: Site) -> None:
    """The resource, its authorization server and the scopes that it asks for, then the token endpoint."""
    site.places[PATH_PLACE] = {"scopes_supported": ["tools"]}
    steps = await site.check()
    assert steps["resource"].text == f"authorization server {site.origin}"
    assert steps["resource"].facts == {"resource": f"{site.origin}/mcp", "scopes": "tools"}
    assert steps["discovery"].text == f"token endpoint {site.origin}/token"


async def test_a_check_shows_how_a_client_would_be_registered(site: Site) -> None:
    """Where the spec names none; nothing is registered by a check."""
    site.places[PATH_PLACE] = {}
    site.metadata = {
        "registration_endpoint": f"{site.origin}/register",
        "client_id_metadata_document_supported": True,
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth", "none"],
    }
    steps = await site.check(client=None)
    assert steps["discovery"].facts == {
        "authorization endpoint": f"{site.origin}/authorize",
        "metadata documents": "accepted",
        "registration endpoint": f"{site.origin}/register",
        "client authentication": "none, private_key_jwt",
    }
    assert "/register" not in site.asked
    assert steps["status"].facts["Ready"] == "False, ConsentRequired"


async def test_a_check_shows_that_a_server_registers_no_client(site: Site) -> None:
    """Whatever the settings of the operator are: the metadata offer no way, and the user has to register one."""
    site.places[PATH_PLACE] = {}
    steps = await site.check(client=None)
    assert steps["discovery"].text.startswith("RegistrationUnsupported: The authorization server")


async def test_a_check_shows_that_a_resource_has_no_metadata(site: Site) -> None:
    """Discovery ends with the reason that the operator would report."""
    steps = await site.check()
    assert steps["resource"].text.startswith("ResourceDiscoveryFailed: 127.0.0.1 returned no usable metadata")
    assert "discovery" not in steps


async def test_a_resource_cannot_lead_to_another_host_inside_the_network(site: Site) -> None:
    """The operator allows that host for connectors that name it; a resource must not choose it."""
    site.places[PATH_PLACE] = {}
    site.servers = lambda _origin: [f"http://localhost:{site.port}"]
    steps = await site.check()
    assert steps["discovery"].text.startswith("DestinationNotAllowed: The operator must not connect to localhost")
    assert "/.well-known/oauth-authorization-server" not in site.asked


async def test_a_host_inside_the_network_is_used_where_the_spec_names_it(site: Site) -> None:
    """The author of the connector knows the server, and the resource lists it."""
    site.places[PATH_PLACE] = {}
    issuer = f"http://localhost:{site.port}"
    site.servers = lambda origin: [origin, issuer]
    steps = await site.check(issuer=issuer)
    assert steps["discovery"].text == f"token endpoint {issuer}/token"
