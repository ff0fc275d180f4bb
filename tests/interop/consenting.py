"""The authorization code grant as the operator makes it, with a user at the server's pages."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient, RegisteredUser, TokenPolicy
from oauth_connector.oauth.authorization import (
    AuthorizationDenied,
    AuthorizationGranted,
    AuthorizationRequest,
    ExpectedIssuer,
    RedirectFlaw,
    compute_challenge,
    parse_redirect,
)
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import Token
from tests.interop.exchanging import client_of, token_client
from tests.support.http_user import UserDecision, visit

REDIRECT_URI = "http://127.0.0.1:8765/oauth/callback/team-a/crm"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
OFFLINE = "read write offline_access"  # Canaille drops what it does not know in silence
STATE = "st-ate"


@dataclass(frozen=True, slots=True)
class Asking:
    """A client that requests consent from a user at a server."""

    server: AuthorizationServer
    client: RegisteredClient
    scope: str = OFFLINE
    verifier: str | None = VERIFIER
    parameters: tuple[tuple[str, str], ...] = (("prompt", "consent"),)
    redirect_uri: str = REDIRECT_URI

    @property
    def link(self) -> str:
        """The URL to which the user's browser is redirected."""
        request = AuthorizationRequest(
            self.server.authorization_url,
            self.client.id,
            self.redirect_uri,
            self.scope,
            compute_challenge(self.verifier) if self.verifier else None,
            self.parameters,
        )
        return request.build_url(STATE)

    async def redirect(
        self, user: RegisteredUser | None = None, says: UserDecision = "accept"
    ) -> list[tuple[str, str]]:
        """Let a user decide; return the query of the redirect."""
        back = await visit(self.server, self.link, REDIRECT_URI, user, says)
        return parse_qsl(urlsplit(back).query)

    async def answer(
        self, user: RegisteredUser | None = None, says: UserDecision = "accept"
    ) -> AuthorizationGranted | AuthorizationDenied | RedirectFlaw:
        """Let a user decide; return the redirect as the operator parses it, `iss` included."""
        pairs = [pair for pair in await self.redirect(user, says) if pair[0] != "state"]
        return parse_redirect(pairs, ExpectedIssuer(self.server.issuer))

    async def code(self, user: RegisteredUser | None = None) -> SecretStr:
        """Let a user consent; return the code."""
        answer = await self.answer(user)
        assert isinstance(answer, AuthorizationGranted)
        return answer.code

    async def redeem(self, code: SecretStr, verifier: str | None = None) -> Token | Signal:
        """Exchange a code, with the right verifier unless another is given."""
        shown = verifier or self.verifier
        grant = AuthorizationCode(code, self.redirect_uri, SecretStr(shown) if shown else None)
        return await token_client(self.server, client_of(self.client), grant)

    async def token(self, user: RegisteredUser | None = None) -> Token:
        """Let a user consent, and exchange the code."""
        outcome = await self.redeem(await self.code(user))
        assert isinstance(outcome, Token)
        return outcome

    async def refresh(self, token: Token) -> Token | Signal:
        """Present a token's refresh token; scopes are left out."""
        assert token.refresh_token is not None
        return await token_client(self.server, client_of(self.client), RefreshToken(token.refresh_token))

    async def successor(self, token: Token) -> Token:
        """Refresh with success."""
        outcome = await self.refresh(token)
        assert isinstance(outcome, Token)
        return outcome


def asking(server: AuthorizationServer, token_policy: TokenPolicy | None = None) -> Asking:
    """Register a client with its own token policy."""
    return Asking(server, server.register(redirect_uris=(REDIRECT_URI,), token_policy=token_policy or TokenPolicy()))


def error_of(outcome: object) -> str | None:
    """Return the error code of a failed request, or None."""
    return outcome.oauth_error if isinstance(outcome, Signal) else None
