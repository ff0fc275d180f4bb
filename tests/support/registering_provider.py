"""A connector that names no client, and a server at which clients are registered."""

import json
from dataclasses import replace
from typing import Any

from oauth_connector.connector.observation import Key
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector
from tests.support.consenting import a_consent
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

MCP, SERVER = "https://mcp.example.com/mcp", "https://as.example.com"
AGENT = {"grantType": "AuthorizationCode", "provider": {"resource": MCP}}


class RegisteringProvider(RotatingProvider):
    """A server at which clients are registered; `registered` are the requests, `managed` those that delete.

    `managing` are the contexts of the latter.
    """

    def __init__(self) -> None:
        super().__init__()
        self.metadata: dict[str, Any] = {"authentication_methods": ("client_secret_post", "client_secret_basic")}
        self.registers = True
        self.registered: list[dict[str, Any]] = []
        self.managed: list[tuple[str, str]] = []
        self.managing: list[RequestContext] = []
        self.refusal: HTTPResponse | Signal | None = None
        self.granted: dict[str, object] = {"client_secret": "issued-secret", "client_secret_expires_at": 0}

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata, with a registration endpoint."""
        found = await super().find(issuer, context)
        if isinstance(found, Signal):
            return found
        return replace(found, registration_endpoint=f"{issuer}/register" if self.registers else None, **self.metadata)

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a registration, or as usual."""
        if "/register" not in request.url:
            return await super().send(request, context)
        if request.method.value == "DELETE":
            self.managing.append(context)
            self.managed.append((request.url, dict(request.headers)["Authorization"]))
            return HTTPResponse(204, {}, b"")
        self.registered.append(json.loads(request.body))
        if self.refusal is not None:
            return self.refusal
        name = f"client-{len(self.registered)}"
        manage = {"registration_client_uri": f"{request.url}/{name}", "registration_access_token": f"manage-{name}"}
        return answer(201, **{"client_id": name, **manage, **self.granted})


class RegistrationScene:
    """A connector for a resource, and its server."""

    def __init__(self, **changes: Any) -> None:
        self.server = RegisteringProvider()
        self.world = World(self.server)
        self.world.cluster.add(a_connector({**AGENT, **changes}))

    async def ask(self, name: str = "crm-1") -> None:
        """Create a consent, and let the operator fill it."""
        self.world.cluster.add_consent(a_consent(int(self.world.now), name))
        await self.world.run()

    def client_id(self, name: str = "crm-1") -> str | None:
        """Return the client of the link."""
        request = self.world.cluster.consents[Key("shop", name)].status.request
        return request.client_id if request is not None else None

    def message(self, name: str = "crm-1") -> str:
        """Return the message of a consent."""
        return self.world.cluster.consents[Key("shop", name)].status.conditions[0].message
