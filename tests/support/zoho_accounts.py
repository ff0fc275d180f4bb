"""The state and limits of Zoho's accounts, as its documentation describes them; the caller supplies time and requests.

Sources: zoho.com/accounts/protocol/oauth.html and its pages on data centers, zoho.com/crm/developer/docs/api on limits.
Every secret contains the canary that the fixtures search for in the operator's log.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

CODE_LIFETIME = 120
TOKEN_LIFETIME = 3600
WINDOW = 600
PER_WINDOW = 10
REFRESH_TOKENS = 20
MAX_VALID_TOKENS = 15
ACCESS_DENIED = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}

ConsentResponse = dict[str, object]


@dataclass(frozen=True, slots=True)
class ZohoClient:
    """A server-based application of the API console."""

    id: str
    secret: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authorization request; `scopes` are separated by commas."""

    client: ZohoClient
    redirect_uri: str
    scopes: str
    offline: bool
    prompted: bool


@dataclass(slots=True)
class _Code:
    asked: Authorization
    data_center: str
    expires: float
    renewable: bool


@dataclass(slots=True)
class _Grant:
    client: str
    data_center: str
    access_tokens: list[str] = field(default_factory=list)


class ZohoAccounts:
    """One user's account and the clients that may request access; `home` is the data center of the account."""

    def __init__(self, clock: Callable[[], float], home: str) -> None:
        self.home = home
        self._clock = clock
        self._ahead = 0.0
        self._clients: dict[str, ZohoClient] = {}
        self._consented: set[tuple[str, str]] = set()
        self._codes: dict[str, _Code] = {}
        self._grants: dict[str, _Grant] = {}
        self._valid_until: dict[str, float] = {}
        self._calls: dict[tuple[str, str], list[float]] = defaultdict(list)

    # --- what a test does ---------------------------------------------------------------------------------------
    def register(self, *redirect_uris: str) -> ZohoClient:
        """Register a client, as in the API console."""
        client = ZohoClient(f"1000.{secrets.token_hex(8).upper()}", _secret(), redirect_uris)
        self._clients[client.id] = client
        return client

    def pass_time(self, seconds: float) -> None:
        """Advance the clock of the accounts only."""
        self._ahead += seconds

    @property
    def refresh_tokens(self) -> int:
        """The number of valid refresh tokens."""
        return len(self._grants)

    def use_up_limits(self) -> None:
        """Use up the ten access tokens of every refresh token, as another program could do."""
        for token in self._grants:
            while self._counted("token", token):
                pass

    def forget(self) -> None:
        """Revoke all grants, as a user does who removes the application."""
        for token in list(self._grants):
            self.revoke(token)

    # --- what a browser asks ------------------------------------------------------------------------------------
    def client(self, identifier: str) -> ZohoClient | None:
        """Return a client by id."""
        return self._clients.get(identifier)

    def needs_consent(self, asked: Authorization) -> bool:
        """Return whether the user sees a page: at a first consent, and if the client requests it."""
        return asked.prompted or (asked.client.id, asked.scopes) not in self._consented

    def new_code(self, asked: Authorization) -> str | None:
        """Return a code, or None if the client had ten in ten minutes."""
        if not self._counted("code", asked.client.id):
            return None
        renewable = asked.offline and self.needs_consent(asked)
        self._consented.add((asked.client.id, asked.scopes))
        code = _secret()
        self._codes[code] = _Code(asked, self.home, self._now() + CODE_LIFETIME, renewable)
        return code

    # --- what a client asks -------------------------------------------------------------------------------------
    def redeem(self, client: ZohoClient, code: str, redirect_uri: str, data_center: str) -> ConsentResponse:
        """Return tokens for a code: once, within two minutes, in the data center of the account."""
        held = self._codes.pop(code, None)
        if held is None or held.asked.client.id != client.id or held.expires <= self._now():
            return {"error": "invalid_code"}
        if held.data_center != data_center:
            return {"error": "invalid_code"}
        if held.asked.redirect_uri != redirect_uri:
            return {"error": "invalid_redirect_uri"}
        refresh_token = _secret()
        grant = _Grant(client.id, data_center)
        answer = self._issued(grant)
        if not held.renewable:
            return answer
        self._keep(refresh_token, grant)
        return {**answer, "refresh_token": refresh_token}

    def refresh(self, client: ZohoClient, refresh_token: str, data_center: str) -> ConsentResponse:
        """Return another access token; the refresh token does not change and is not sent again."""
        grant = self._grants.get(refresh_token)
        if grant is None or (grant.client, grant.data_center) != (client.id, data_center):
            return {"error": "invalid_code"}
        return self._issued(grant) if self._counted("token", refresh_token) else dict(ACCESS_DENIED)

    def revoke(self, token: str) -> bool:
        """Revoke a refresh token and its access tokens, or one access token; return whether it existed."""
        grant = self._grants.pop(token, None)
        for each in grant.access_tokens if grant else [token]:
            known = self._valid_until.pop(each, None)
        return grant is not None or known is not None

    def is_live(self, access_token: str) -> bool:
        """Return whether an API would accept an access token."""
        return self._valid_until.get(access_token, 0.0) > self._now()

    def _issued(self, grant: _Grant) -> ConsentResponse:
        token = _secret()
        self._valid_until[token] = self._now() + TOKEN_LIFETIME
        grant.access_tokens.append(token)
        if len(grant.access_tokens) > MAX_VALID_TOKENS:
            self._valid_until.pop(grant.access_tokens.pop(0), None)
        return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFETIME}

    def _keep(self, refresh_token: str, grant: _Grant) -> None:
        of_client = [token for token, held in self._grants.items() if held.client == grant.client]
        if len(of_client) >= REFRESH_TOKENS:
            self.revoke(of_client[0])
        self._grants[refresh_token] = grant

    def _counted(self, kind: str, whose: str) -> bool:
        now = self._now()
        recent = self._calls[kind, whose] = [at for at in self._calls[kind, whose] if at > now - WINDOW]
        if len(recent) >= PER_WINDOW:
            return False
        recent.append(now)
        return True

    def _now(self) -> float:
        return self._clock() + self._ahead


def _secret() -> str:
    return f"1000.c4n4ry-{secrets.token_hex(8)}.{secrets.token_hex(8)}"
