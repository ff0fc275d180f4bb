"""What every grant has: the parameters that it sends, and the traits that the rest of the program decides by."""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar

from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import RequestPhase

Pairs = tuple[tuple[str, str], ...]
"""Names and values of form parameters or headers, in the order in which they are sent."""


class Renewal(StrEnum):
    """How a grant is obtained again after it was lost or refused."""

    CREDENTIALS = "Credentials"
    """The credentials in the spec are sent again; no user is needed."""
    INITIAL_REFRESH_TOKEN = "InitialRefreshToken"
    """A user puts another refresh token into the Secret that the spec names."""
    CONSENT = "Consent"
    """A user authorizes the client in a browser again (RFC 6749 §4.1)."""


class Purpose(StrEnum):
    """What a claimed request presents to the provider. The state Secret stores these values."""

    CODE = "Code"
    REFRESH = "Refresh"
    CREDENTIALS = "Password"
    """Credentials of the spec, which can be sent again. The stored value is older than the name."""

    @property
    def phase(self) -> RequestPhase:
        """Return the phase in which a failure of the request is classified."""
        return _PHASES[self]

    @property
    def supplied_phase(self) -> RequestPhase:
        """Return the phase where a user supplied what is presented: the grant of the spec itself."""
        return RequestPhase.INITIAL_REFRESH if self is Purpose.REFRESH else self.phase


_PHASES = {
    Purpose.CODE: RequestPhase.CODE,
    Purpose.REFRESH: RequestPhase.REFRESH,
    Purpose.CREDENTIALS: RequestPhase.TOKEN,
}


class Grant(ABC):
    """What a client presents at the token endpoint to obtain a token. Subclasses are frozen dataclasses.

    `parameter_names` are the form parameters that belong to the grant, so that no user can set them another way.
    `may_return_refresh_token` means that the response is persisted before it is used: a refresh token must not be lost.
    `sends_scope` is false where the authorization server already knows the scopes. `locks_accounts` means that a
    refused request must never be repeated with the same credentials, because authorization servers lock accounts.
    `words_of_refusal` are the error codes that say that an assertion or a presented token is invalid: it is not sent
    again. `needs_client` is false where what is presented can identify the client (RFC 7521 §4.1, RFC 8693 §2.1).
    `is_polled` means that the user decides without a redirect, and the request is repeated until then (RFC 8628 §3.4).
    """

    __slots__ = ()

    parameter_names: ClassVar[frozenset[str]]
    purpose: ClassVar[Purpose]
    renewal: ClassVar[Renewal]
    may_return_refresh_token: ClassVar[bool]
    sends_scope: ClassVar[bool] = True
    locks_accounts: ClassVar[bool] = False
    words_of_refusal: ClassVar[frozenset[str]] = frozenset()
    needs_client: ClassVar[bool] = True
    is_polled: ClassVar[bool] = False

    @classmethod
    def needs_consent(cls) -> bool:
        """Return whether a user must authorize the client before the grant exists."""
        return cls.renewal is Renewal.CONSENT

    @abstractmethod
    def form(self, context: RequestContext) -> Pairs:
        """Return the parameters of the token request; those with an empty value are not sent (RFC 6749 §3.2)."""

    @abstractmethod
    def identity(self) -> tuple[str, ...]:
        """Return the credentials that identify the request, without values that differ from one request to the next."""
