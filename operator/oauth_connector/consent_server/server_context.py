"""The parts that all pages use, and the checks that come first in every request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from oauth_connector.consent_protocol.tickets import Randomness
from oauth_connector.consent_server.consent_store import ConsentStore
from oauth_connector.consent_server.cookies import Cookies
from oauth_connector.consent_server.failures import PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.pages import PageRenderer
from oauth_connector.consent_server.rate_limits import RateLimits


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The parts of the server. `public` is its origin for browsers; `now` returns UTC."""

    public: str
    consents: ConsentStore
    pages: PageRenderer
    cookies: Cookies
    limits: RateLimits
    now: Callable[[], datetime]
    randomness: Randomness

    @property
    def is_secure(self) -> bool:
        """Return whether browsers use TLS."""
        return self.public.startswith("https:")

    def object_key(self, request: web.Request) -> ObjectKey:
        """Return the object of the path. Raises `RequestStopped` for names that no object can have."""
        name = ObjectKey.parse(request.match_info["namespace"], request.match_info["name"])
        if name is None:
            raise RequestStopped(PageFailure.NOT_FOUND)
        return name

    def enforce_rate_limit(self, request: web.Request, consent: ObjectKey | None = None) -> None:
        """Count a request. Raises `RequestStopped` if a limit is exceeded."""
        if not self.limits.may_proceed(request.remote, str(consent) if consent else None):
            raise RequestStopped(PageFailure.TOO_MANY)
