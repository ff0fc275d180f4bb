"""Why a connection failed: the symptom of an exception, and of a response that is about the connection."""

import ssl
from collections.abc import Iterator, Mapping

import httpcore2

from oauth_connector.net.not_connected import NotConnectedError
from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse

_REFUSED_CERTIFICATES: Mapping[int, Symptom] = {
    9: Symptom.CERTIFICATE_NOT_YET_VALID,
    10: Symptom.CERTIFICATE_EXPIRED,
    18: Symptom.CERTIFICATE_SELF_SIGNED,
    19: Symptom.CERTIFICATE_ROOT_UNTRUSTED,
    **dict.fromkeys((2, 20, 21), Symptom.CERTIFICATE_UNTRUSTED),
    **dict.fromkeys((62, 64), Symptom.CERTIFICATE_OTHER_HOST),
}
"""The verify codes of OpenSSL (`X509_V_ERR_…` in openssl/x509_vfy.h) that have a symptom of their own."""

_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"})
"""OpenSSL's reasons where the first bytes of a server are no TLS record."""

_NOT_HTTP = ("illegal request line", "illegal status line", "illegal header line")
"""How the messages of h11 begin where the bytes of a server are no HTTP; it has one class for all violations."""

_TLS_ALERT = r"\x15\x03"
"""The type and the version of a TLS alert (RFC 8446 §5.1), as h11 quotes the first bytes of a response."""

_ASKS_FOR_TLS = (
    b"HTTP request was sent to HTTPS port",  # nginx, status 497
    b"Client sent an HTTP request to an HTTPS server",  # net/http of Go
    b"speaking plain HTTP to an SSL-enabled server port",  # Apache httpd
    b"This combination of host and port requires TLS",  # Apache Tomcat
)


def classify_exception(error: BaseException, *, sent: bool) -> Symptom:
    """Return the symptom of an exception; `sent` means that the request may have reached the server."""
    if isinstance(error, TimeoutError | httpcore2.TimeoutException):
        return Symptom.TIMEOUT
    for cause in _list_causes(error):
        found = _classify_cause(cause)
        if found is not None:
            return found
    if isinstance(error, httpcore2.RemoteProtocolError) and str(error).startswith(_NOT_HTTP):
        return Symptom.EXPECTS_TLS if _TLS_ALERT in str(error) else Symptom.NOT_HTTP
    if sent:
        return Symptom.CONNECTION_LOST
    was_open = any(_is_reset(cause) for cause in _list_causes(error))
    return Symptom.CONNECTION_RESET if was_open else Symptom.CONNECTION_FAILED


def is_asking_for_tls(response: HTTPResponse) -> bool:
    """Return whether a response to a request without TLS says that the port requires TLS."""
    return response.status == 400 and any(text in response.body for text in _ASKS_FOR_TLS)  # noqa: PLR2004  # HTTP


def _classify_cause(cause: BaseException) -> Symptom | None:
    """Return the symptom of one exception of a chain, if it has one."""
    if isinstance(cause, NotConnectedError):
        return cause.symptom
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _REFUSED_CERTIFICATES.get(cause.verify_code, Symptom.CERTIFICATE_INVALID)
    if isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError):
        return None  # a step of a handshake, not its failure
    if isinstance(cause, ssl.SSLError):
        return Symptom.PLAIN_HTTP if cause.reason in _NOT_TLS else Symptom.TLS_FAILED
    return Symptom.CONNECTION_REFUSED if isinstance(cause, ConnectionRefusedError) else None


def _is_reset(cause: BaseException) -> bool:
    return isinstance(cause, ConnectionResetError | BrokenPipeError)


def _list_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
