"""An authorization server in memory that rotates refresh tokens, strictly or with a grace period."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.fake_provider import answer


class RotatingProvider:
    """Implements `ports.ProviderClient`: a code or a known refresh token returns a token and the next refresh token.

    Without `grace`, a refresh token that is sent twice revokes the grant; with it, a used token is accepted again.
    `lose` is returned once instead of the response, after the request was processed; `turn_away` is returned once and
    `fault` each time, without processing. `revocable` is the revocation endpoint that metadata names.
    """

    def __init__(self, *, grace: bool = False, rotates: bool = True, prefix: str = "refresh") -> None:
        self.requests: list[Mapping[str, list[str]]] = []
        self.urls: list[str] = []
        self.lifetime = 3600
        self.extra: dict[str, object] = {}
        self.fault: HTTPResponse | Signal | None = None
        self.turn_away: HTTPResponse | Signal | None = None
        self.lose: HTTPResponse | Signal | None = None
        self.unfound: Signal | None = None
        self.refresh_tokens = True
        self.revocable: str | None = None
        self.has_s256 = True
        self.resource_servers: tuple[str, ...] = ("https://as.example.com",)
        self.resource_scopes: tuple[str, ...] = ()
        self.newest = ""
        self._prefix = prefix
        self._grace = grace
        self._rotates = rotates
        self._numbers = itertools.count(1)
        self._valid: set[str] = set()
        self._used: set[str] = set()
        self._codes: set[str] = set()

    def know(self, *, code: str | None = None, refresh_token: str | None = None) -> None:
        """Accept a code or a refresh token from now on."""
        self._codes |= {code} if code else set()
        self._valid |= {refresh_token} if refresh_token else set()

    def revoke(self) -> None:
        """Revoke all grants, as a user does."""
        self._valid.clear()
        self._used.clear()

    @property
    def presented(self) -> list[str]:
        """The presented refresh tokens, in order."""
        return [form["refresh_token"][0] for form in self.requests if "refresh_token" in form]

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata of an issuer."""
        del context
        found = ServerMetadata(issuer, f"{issuer}/token", f"{issuer}/authorize", self.revocable)
        return self.unfound or replace(found, has_s256=self.has_s256)

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Return the metadata of a resource."""
        del context
        return self.unfound or ProtectedResource(resource, self.resource_servers, self.resource_scopes)

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a token request."""
        del context
        form = parse_qs(request.body.decode())
        self.requests.append(form)
        self.urls.append(request.url)
        turned_away, self.turn_away = self.turn_away or self.fault, None
        if turned_away is not None:
            return turned_away
        if "token" in form:
            self._valid.discard(form["token"][0])
            return HTTPResponse(200, {}, b"")
        done = self._done(form)
        lost, self.lose = self.lose, None
        return lost if lost is not None else done

    def _done(self, form: Mapping[str, list[str]]) -> HTTPResponse:
        code, token = form.get("code", [""])[0], form.get("refresh_token", [""])[0]
        if form["grant_type"][0] in ("password", "client_credentials") or (code and code in self._codes):
            self._codes.discard(code)
            return self._issue()
        if token in self._used and not self._grace:
            self.revoke()
        if token not in self._valid and not (self._grace and token in self._used):
            return answer(400, error="invalid_grant")
        if self._rotates:
            self._valid.discard(token)
            self._used.add(token)
        return self._issue()

    def _issue(self) -> HTTPResponse:
        number = next(self._numbers)
        members = {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": self.lifetime}
        if self._rotates and self.refresh_tokens:
            members["refresh_token"] = self.newest = f"{self._prefix}-{number}"
            self._valid.add(self.newest)
        return answer(**{**members, **self.extra})
