"""An authorization server in memory that takes pushed authorization requests (RFC 9126)."""

from dataclasses import replace
from urllib.parse import parse_qs

from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_spec
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider

ISSUER = "https://login.example.com"
PUSH_URL = f"{ISSUER}/par"


class PushingProvider(RotatingProvider):
    """Returns another reference for each request. `push_answer` is returned instead where it is set.

    `required`: metadata say that it accepts no other request. `push_url` is the endpoint that they name.
    """

    def __init__(self, *, required: bool = True) -> None:
        super().__init__()
        self.required = required
        self.push_url: str | None = PUSH_URL
        self.push_answer: HTTPResponse | Signal | None = None
        self.pushed: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata of an issuer."""
        found = await super().find(issuer, context)
        if isinstance(found, Signal):
            return found
        return replace(found, pushed_request_endpoint=self.push_url, push_required=self.required)

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a pushed request, or to a token request."""
        if request.url != self.push_url:
            return await super().send(request, context)
        self.pushed.append(parse_qs(request.body.decode()))
        self.headers.append(dict(request.headers))
        return self.push_answer or answer(201, request_uri=f"urn:example:{len(self.pushed)}", expires_in=60)


PUSHED_SPEC = a_spec(grantType="AuthorizationCode", provider={"issuer": ISSUER}, scopes=["read", "offline_access"])
