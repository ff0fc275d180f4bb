"""An authorization server in memory with a configurable response; real ones are in tests/interop."""

import itertools
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest

ConsentResponse = HTTPResponse | Signal


def answer(status: int = 200, /, **members: object) -> HTTPResponse:
    """Return a JSON response."""
    return HTTPResponse(status, {"content-type": "application/json"}, json.dumps(members).encode())


class FakeProvider:
    """Implements `ports.ProviderClient`: a new token for each request, unless the test sets a response."""

    def __init__(self, lifetime: int = 3600) -> None:
        self.lifetime = lifetime
        self.requests: list[Mapping[str, list[str]]] = []
        self.answer: ConsentResponse | None = None
        self.rotates = False
        self.resource: ProtectedResource | Signal | None = None
        self._tokens = itertools.count(1)

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata of an issuer."""
        del context
        return ServerMetadata(issuer=issuer, token_endpoint=f"{issuer}/token")

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Return the metadata of a resource, which has one authorization server."""
        del context
        return self.resource or ProtectedResource(resource, (f"https://{urlsplit(resource).hostname}",))

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a token request."""
        del context
        self.requests.append(parse_qs(request.body.decode()))
        if self.answer is not None:
            return self.answer
        number = next(self._tokens)
        rotated = {"refresh_token": f"refresh-{number}"} if self.rotates else {}
        return answer(access_token=f"token-{number}", token_type="Bearer", expires_in=self.lifetime, **rotated)

    def go_down(self) -> None:
        """Refuse connections from now on."""
        self.answer = Signal(Symptom.CONNECTION_FAILED)

    def come_back(self) -> None:
        """Respond again."""
        self.answer = None
