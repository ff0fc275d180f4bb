"""The parts that all pages use, and the checks that come first in every request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from pydantic import SecretStr

from oauth_connector.consent_protocol.tickets import Randomness
from oauth_connector.consent_server.client_address import ClientAddress
from oauth_connector.consent_server.client_key_store import ClientKeyStore
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
    client_keys: ClientKeyStore
    pages: PageRenderer
    cookies: Cookies
    limits: RateLimits
    now: Callable[[], datetime]
    randomness: Randomness
    client_address: ClientAddress

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

    @contextmanager
    def count_early_refusals(self, request: web.Request) -> Iterator[None]:
        """Count a refusal apart: it needs no API request. Raises `RequestStopped`, as it was or for too many."""
        try:
            yield
        except RequestStopped:
            if not self.limits.may_be_refused(self.client_address.find(request)):
                raise RequestStopped(PageFailure.TOO_MANY) from None
            raise

    def enforce_rate_limit(self, request: web.Request, ticket: SecretStr) -> None:
        """Count a request that needs the API server. Raises `RequestStopped` if a limit is exceeded."""
        if not self.limits.may_proceed(self.client_address.find(request), ticket.get_secret_value()):
            raise RequestStopped(PageFailure.TOO_MANY)
