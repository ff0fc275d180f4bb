"""What was observed instead of a token: a symptom, and codes of known shape (RFC 6749 §5.2), never free text."""

from dataclasses import dataclass
from enum import StrEnum


class RequestPhase(StrEnum):
    """Which request a signal belongs to."""

    DISCOVERY = "Discovery"
    """Metadata of the authorization server is fetched (RFC 8414 §3)."""
    RESOURCE = "Resource"
    """Metadata of a protected resource is fetched (RFC 9728 §3)."""
    REGISTRATION = "Registration"
    """A client is registered (RFC 7591 §3)."""
    TOKEN = "Token"
    """Credentials of the spec are presented (RFC 6749 §4.3, §4.4)."""
    CODE = "Code"
    """A code is presented (RFC 6749 §4.1.3)."""
    REFRESH = "Refresh"
    """A refresh token is presented (RFC 6749 §6)."""
    INITIAL_REFRESH = "InitialRefresh"
    """A refresh token is presented that a user supplied, and that has not given a token yet."""


class Symptom(StrEnum):
    """What was observed."""

    OAUTH_ERROR = "OAuthError"
    REDIRECT = "Redirect"
    NOT_FOUND = "NotFound"
    UNAUTHORIZED = "Unauthorized"
    FORBIDDEN = "Forbidden"
    RATE_LIMITED = "RateLimited"
    UNAVAILABLE = "Unavailable"
    SERVER_ERROR = "ServerError"
    CLIENT_ERROR = "ClientError"
    EMPTY = "Empty"
    HTML = "HTML"
    NOT_JSON = "NotJSON"
    TOO_LARGE = "TooLarge"
    NO_TOKEN = "NoToken"
    UNSUPPORTED_TOKEN_TYPE = "UnsupportedTokenType"
    UNPRINTABLE_TOKEN = "UnprintableToken"
    DUPLICATE_KEY = "DuplicateKey"
    ISSUER_MISMATCH = "IssuerMismatch"
    NO_TOKEN_ENDPOINT = "NoTokenEndpoint"
    RESOURCE_MISMATCH = "ResourceMismatch"
    NO_AUTHORIZATION_SERVER = "NoAuthorizationServer"
    NO_CLIENT = "NoClient"
    """A registration returned no client that can be used."""
    HOST_NOT_FOUND = "HostNotFound"
    RESOLUTION_FAILED = "ResolutionFailed"
    CONNECTION_FAILED = "ConnectionFailed"
    CONNECTION_REFUSED = "ConnectionRefused"
    CONNECTION_RESET = "ConnectionReset"
    """The server closed the connection before a request was sent."""
    CONNECTION_LOST = "ConnectionLost"
    """The connection ended after a request was sent, and before its response."""
    NOT_HTTP = "NotHTTP"
    TIMEOUT = "Timeout"
    BAD_CA_BUNDLE = "BadCABundle"
    CERTIFICATE_UNTRUSTED = "CertificateUntrusted"
    CERTIFICATE_SELF_SIGNED = "CertificateSelfSigned"
    CERTIFICATE_ROOT_UNTRUSTED = "CertificateRootUntrusted"
    CERTIFICATE_INVALID = "CertificateInvalid"
    CERTIFICATE_EXPIRED = "CertificateExpired"
    CERTIFICATE_NOT_YET_VALID = "CertificateNotYetValid"
    CERTIFICATE_OTHER_HOST = "CertificateOtherHost"
    TLS_FAILED = "TLSFailed"
    PLAIN_HTTP = "PlainHTTP"
    """The server does not speak TLS where the URL has `https`."""
    EXPECTS_TLS = "ExpectsTLS"
    """The server speaks TLS only, and the URL has `http`."""
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"
    SUPERSEDED = "Superseded"
    """The request was not sent, because another process may lead: it says nothing of the provider."""
    NOT_RESOLVED_HERE = "NotResolvedHere"
    """The operator does not find a host that is reached through the egress proxy."""
    PROXY_UNREACHABLE = "ProxyUnreachable"
    """The egress proxy accepts no connection, or does not speak HTTP."""
    PROXY_TLS_FAILED = "ProxyTLSFailed"
    PROXY_CREDENTIALS_REJECTED = "ProxyCredentialsRejected"
    PROXY_REFUSED = "ProxyRefused"
    """The egress proxy does not allow the target."""
    PROXY_CANNOT_CONNECT = "ProxyCannotConnect"
    """The egress proxy does not reach the target."""


PROXY_SYMPTOMS = frozenset(
    {
        Symptom.PROXY_UNREACHABLE,
        Symptom.PROXY_TLS_FAILED,
        Symptom.PROXY_CREDENTIALS_REJECTED,
        Symptom.PROXY_REFUSED,
        Symptom.PROXY_CANNOT_CONNECT,
    }
)
"""Failures between the operator and the target: nothing was sent to the target."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What was observed instead of a token. It holds no text of the provider except codes of known shape.

    `oauth_error` is the code of RFC 6749 §5.2, `retry_after` is in seconds, and `sent` means that the request may have
    reached the server.
    """

    symptom: Symptom
    http_status: int | None = None
    oauth_error: str | None = None
    provider_code: str | None = None
    retry_after: float | None = None
    sent: bool = False


def is_unspent(signal: Signal) -> bool:
    """Return whether a request was never sent, so that nothing was used up (RFC 6749 §4.1.2, §6)."""
    return signal.http_status is None and not signal.sent


def is_unknown(signal: Signal) -> bool:
    """Return whether a request may have been processed, although there is no usable response.

    That is a timeout or a lost connection after sending, a 5xx of any server, or a success that cannot be read. A
    refresh token that was presented may have been rotated (RFC 6749 §6), and its successor is lost. A server that
    implements no POST (501 without an OAuth error, RFC 9110 §15.6.2) has processed nothing.
    """
    if signal.http_status is None:
        return signal.sent
    if signal.symptom is Symptom.NOT_FOUND:
        return False
    return signal.http_status >= 500 or (signal.http_status < 300 and signal.symptom in _UNREADABLE)  # noqa: PLR2004  # HTTP


_UNREADABLE = frozenset(
    {
        Symptom.EMPTY,
        Symptom.HTML,
        Symptom.NOT_JSON,
        Symptom.TOO_LARGE,
        Symptom.NO_TOKEN,
        Symptom.UNSUPPORTED_TOKEN_TYPE,
        Symptom.UNPRINTABLE_TOKEN,
        Symptom.DUPLICATE_KEY,
    }
)
