"""An authorization server of Authlib on loopback, which verifies client assertions with its own code.

There are two kinds of clients: those that sign assertions with a key of their own (RFC 7523 §2.2), and those that trust
another issuer, whose token is the assertion: Entra and Keycloak call these federated. Authlib has no framework here, so
aiohttp carries the requests.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, InvalidClientError, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.jwk import KeySet

METHOD = JWTBearerClientAssertion.CLIENT_AUTH_METHOD
LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class AssertingClient(ClientMixin):  # type: ignore[misc]  # Authlib is not typed
    """A client whose assertions have this issuer and this subject, and are signed with one of these keys.

    A client with a key of its own is both; a federated one has the issuer and the subject of its workload.
    """

    id: str
    jwks: Mapping[str, Any]
    issuer: str
    subject: str

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether the client may authenticate with a method."""
        return (method, endpoint) == (METHOD, "token")

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the client may use a grant."""
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str) -> str:
        """Return the scopes that the client may have."""
        return scope or ""


@dataclass
class AuthlibServer:
    """A running server: its address, its clients by subject, and the claims of the assertions that it accepted."""

    url: str = ""
    clients: dict[str, AssertingClient] = field(default_factory=dict)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)

    @property
    def token_url(self) -> str:
        """Return the token endpoint."""
        return f"{self.url}/token"

    @property
    def port(self) -> int:
        """Return its port on loopback."""
        return int(self.url.rpartition(":")[2])

    def register(self, client_id: str, jwks: Mapping[str, Any]) -> None:
        """Register a client with keys of its own."""
        self.clients[client_id] = AssertingClient(client_id, jwks, client_id, client_id)

    def federate(self, client_id: str, jwks: Mapping[str, Any], issuer: str, subject: str) -> None:
        """Register a client that is authenticated by the tokens of another issuer."""
        self.clients[subject] = AssertingClient(client_id, jwks, issuer, subject)


class _Assertions(JWTBearerClientAssertion):  # type: ignore[misc]  # as above
    """Verifies assertions with Authlib; a federated one has an issuer and a subject of its own."""

    def __init__(self, server: AuthlibServer, audiences: Sequence[str]) -> None:
        super().__init__(validate_jti=True, leeway=0)
        self._server = server
        self._audiences = list(audiences)
        self._used: set[str] = set()
        self._client: AssertingClient | None = None

    def get_audiences(self) -> list[str]:
        """Return the names of this server."""
        return self._audiences

    def resolve_client_public_key(self, client: AssertingClient) -> KeySet:
        """Return the keys of a client."""
        self._client = client
        return KeySet.import_key_set(dict(client.jwks))  # type: ignore[arg-type]  # a JWK Set

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Verify the claims by RFC 7523 §3; for a federated client the issuer is the registered one."""
        client = self._client
        if client is None or (claims.get("iss"), claims.get("sub")) != (client.issuer, client.subject):
            raise InvalidClientError(description="another issuer or subject is registered")
        super().verify_claims({**claims, "iss": claims["sub"]})
        self._server.accepted.append(dict(claims))

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """Return whether an assertion is used for the first time."""
        del claims
        is_new = jti not in self._used
        self._used.add(jti)
        return is_new


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # as above
    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  # as Authlib declares it


class _Request(OAuth2Request):  # type: ignore[misc]  # as above
    def __init__(self, uri: str, form: Mapping[str, str]) -> None:
        super().__init__("POST", uri.replace("http:", "https:", 1))  # Authlib refuses plain HTTP
        self.payload = BasicOAuth2Payload(dict(form))
        self._form = dict(form)

    @property
    def form(self) -> dict[str, str]:
        """Return the form of the request."""
        return self._form


class _Core(AuthorizationServer):  # type: ignore[misc]  # as above
    """Authlib's server over the clients of a test."""

    def __init__(self, server: AuthlibServer) -> None:
        super().__init__()
        self._server = server
        self.register_client_auth_method(METHOD, _Assertions(server, (server.url, server.token_url)))
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generate)

    def query_client(self, subject: str) -> AssertingClient | None:
        """Return a client by the subject of its assertions."""
        return self._server.clients.get(subject)

    def save_token(self, token: Mapping[str, str], request: _Request) -> None:
        """Keep a token, if the identifier in the request is that of the client (RFC 7521 §4.2)."""
        if request.payload.client_id not in (None, request.client.id):
            raise InvalidClientError(description="another client")
        self._server.issued.append(token["access_token"])

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Do nothing."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        """Return a request."""
        return request

    def handle_response(self, status: int, body: object, headers: Sequence[tuple[str, str]]) -> web.Response:
        """Return the response for aiohttp."""
        return web.Response(status=status, text=json.dumps(body), headers=dict(headers))

    @staticmethod
    def _generate(**_: object) -> dict[str, object]:
        return {"access_token": generate_token(42), "token_type": "Bearer", "expires_in": LIFETIME}


@asynccontextmanager
async def authlib_server() -> AsyncIterator[AuthlibServer]:
    """Run a server on a free port of loopback."""
    server = AuthlibServer()
    cores: list[_Core] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        response: web.Response = cores[0].create_token_response(_Request(str(request.url), form))
        return response

    application = web.Application()
    application.router.add_post("/token", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        cores.append(_Core(server))
        yield server
    finally:
        await runner.cleanup()
