"""An authorization server on the endpoints of the MCP SDK: one user, one resource, everything in memory.

It is strict. A code and a refresh token are used once; a second use revokes the grant (RFC 9700 §4.14). The resource
of an authorization request must be the MCP server (RFC 8707). The login page asks for consent too.
"""

import secrets
import time
from html import escape
from typing import Any

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tests.support.mcp_programs.serving import User

PATIENCE = 300  # seconds that a code is valid
LEEWAY = 5  # seconds that an access token is accepted for longer, because clients count from the response
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Log in</title></head>
<body><main><h1>Log in</h1>{problem}
<p>The application <strong>{client}</strong> asks for: {scopes}</p>
<form method="post">
<p><label>User name <input name="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" required></label></p>
<p><button type="submit" name="answer" value="accept">Allow</button>
<button type="submit" name="answer" value="deny" formnovalidate>Deny</button></p>
</form></main></body></html>
"""

Pending = tuple[OAuthClientInformationFull, AuthorizationParams]


class SDKAuthorization:
    """What the SDK's endpoints need of an authorization server (`OAuthAuthorizationServerProvider`)."""

    def __init__(self, origin: str, resource: str, lifetime: int, user: User) -> None:
        self._origin, self._resource, self._lifetime, self._user = origin, resource, lifetime, user
        self._clients: dict[str, Any] = {}
        self._pending: dict[str, Pending] = {}
        self._codes: dict[str, Any] = {}
        self._tokens: dict[str, Any] = {}
        self._grants: dict[str, str] = {}  # of a code or token, also of a used one
        self._used: set[str] = set()

    async def get_client(self, client_id: str) -> Any:
        """Return a registered client."""
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client."""
        self._clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Return the address of the login page."""
        if params.resource != self._resource:
            raise AuthorizeError("invalid_target", "the resource is not this server")
        page = secrets.token_urlsafe(16)
        self._pending[page] = (client, params)
        return f"{self._origin}/login?page={page}"

    async def log_in(self, request: Request) -> Response:
        """Show the login page, and take what the user enters."""
        page = request.query_params.get("page", "")
        if page not in self._pending:
            return HTMLResponse("This page has expired.", status_code=400)
        if request.method != "POST":
            return _page(self._pending[page])
        form = await request.form()
        if form.get("answer") != "accept":
            return _redirect(self._pending.pop(page)[1], error="access_denied")
        if {name: form.get(name) for name in ("username", "password")} != self._user:
            return _page(self._pending[page], problem="Wrong user name or password.")
        return self._consent(*self._pending.pop(page))

    def _consent(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> Response:
        code, grant = secrets.token_urlsafe(24), secrets.token_hex(8)
        self._grants[code] = grant
        self._codes[code] = AuthorizationCode(
            code=code,
            client_id=client.client_id,
            scopes=params.scopes or [],
            expires_at=time.time() + PATIENCE,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
            subject=self._user["username"],
        )
        return _redirect(params, code=code)

    async def load_authorization_code(self, client: OAuthClientInformationFull, authorization_code: str) -> Any:
        """Return a code of this client; the second use of a code revokes its grant."""
        return self._load(self._codes, client, authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """Use a code, and issue the first tokens."""
        del self._codes[authorization_code.code]
        return self._issue(client, authorization_code, authorization_code.code, authorization_code.scopes)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> Any:
        """Return a refresh token of this client; the second use of a refresh token revokes its grant."""
        return self._load(self._tokens, client, refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """Use a refresh token, and issue its successors."""
        del self._tokens[refresh_token.token]
        return self._issue(client, refresh_token, refresh_token.token, scopes)

    async def load_access_token(self, token: str) -> Any:
        """Return an access token that has not expired."""
        found = self._tokens.get(token)
        return found if isinstance(found, AccessToken) and found.expires_at > time.time() else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """Revoke the grant of a token."""
        self._revoke(self._grants[token.token])

    def _load(self, kept: dict[str, Any], client: OAuthClientInformationFull, value: str) -> Any:
        if value in self._used:
            self._revoke(self._grants[value])
        found = kept.get(value)
        return found if found is not None and found.client_id == client.client_id else None

    def _issue(self, client: OAuthClientInformationFull, source: Any, used: str, scopes: list[str]) -> OAuthToken:
        self._used.add(used)
        kept = {"client_id": client.client_id, "resource": source.resource, "subject": source.subject}
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        expires = int(time.time()) + self._lifetime + LEEWAY
        self._tokens[access] = AccessToken(token=access, scopes=scopes, expires_at=expires, **kept)
        self._tokens[refresh] = RefreshToken(token=refresh, scopes=source.scopes, **kept)
        self._grants[access] = self._grants[refresh] = self._grants[used]
        granted = {"expires_in": self._lifetime, "scope": " ".join(scopes)}
        return OAuthToken(access_token=access, refresh_token=refresh, **granted)

    def _revoke(self, grant: str) -> None:
        self._tokens = {value: token for value, token in self._tokens.items() if self._grants[value] != grant}


def _page(pending: Pending, problem: str = "") -> Response:
    client, params = pending
    shown = {"client": client.client_name or client.client_id, "scopes": " ".join(params.scopes or [])}
    text = PAGE.format(problem=problem, **{name: escape(value) for name, value in shown.items()})
    return HTMLResponse(text, status_code=401 if problem else 200)


def _redirect(params: AuthorizationParams, **answer: str) -> Response:
    back = construct_redirect_uri(str(params.redirect_uri), state=params.state, **answer)
    return RedirectResponse(back, status_code=303, headers={"Cache-Control": "no-store"})
