"""One HTTP request to a stranger: bounded in time and size, never repeated, never redirected, never raising.

Every exception of the libraries is translated here, once, into what was seen.
"""

import asyncio
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpcore2
import httpx2

from oauth_connector.api.names import OPERATOR
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.tls import BadCertificatesError, BadIdentityError
from oauth_connector.net.transport import GuardedTransport, NotConnectedError
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import SendWindow

ALWAYS = (("User-Agent", OPERATOR), ("Accept-Encoding", "identity"))

_UNTRUSTED = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's verify codes for an issuer that is not known or a certificate that signed itself."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What one request may take: seconds in all and for the connection, bytes of the answer's body."""

    total: float = 15.0
    connect: float = 5.0
    size: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request as it is sent, and when, where that matters."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    term: SendWindow | None = None

    def seconds(self, most: float) -> float:
        """Give how long it may take from now on."""
        return most if self.term is None else min(most, self.term.until - time.time())

    def mind_the_time(self) -> None:
        """Look at the clock right before the first byte is written. Raises `TimeoutError` where it is too late."""
        if self.term is not None and time.time() > self.term.latest:
            raise TimeoutError("nothing was sent: it is too late for it")


async def fetch(
    pools: ConnectionPools, outgoing: OutgoingRequest, tls: TLSOptions, limits: RequestLimits
) -> HTTPResponse | Signal:
    """Make a request; whatever fails comes back as a signal. Cancelling it closes its connection."""
    sent = False

    async def trace(name: str, _info: object) -> None:
        nonlocal sent
        if name == "http11.send_request_headers.started":
            outgoing.mind_the_time()
            sent = True

    try:
        async with asyncio.timeout(outgoing.seconds(limits.total)), pools.transport(tls) as transport:
            timeout = httpx2.Timeout(limits.total, connect=limits.connect).as_dict()
            request = httpx2.Request(
                outgoing.method,
                outgoing.url,
                headers=[*ALWAYS, *outgoing.headers],
                content=outgoing.body or None,
                extensions={"trace": trace, "timeout": timeout},
            )
            return await _exchange(transport, request, limits.size)
    except BadCertificatesError:
        return Signal(Symptom.BAD_CA_BUNDLE)
    except BadIdentityError:
        return Signal(Symptom.TLS_FAILED)
    except (httpcore2.UnsupportedProtocol, httpx2.InvalidURL, KeyError, UnicodeError):
        return Signal(Symptom.HOST_NOT_FOUND)
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        return Signal(classify_exception(error, sent=sent), sent=sent)


async def _exchange(transport: GuardedTransport, request: httpx2.Request, size: int) -> HTTPResponse:
    # A transport sends one request and no more: no redirect, no cookie, no proxy of the environment.
    response = await transport.handle_async_request(request)
    try:
        body, truncated = await _read_body(response, size)
    finally:
        await response.aclose()
    return HTTPResponse(response.status_code, dict(response.headers.items()), body, truncated)


async def _read_body(response: httpx2.Response, size: int) -> tuple[bytes, bool]:
    """Read the raw body up to the cap: an encoding that was not asked for is not undone, so no bomb goes off."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > size:
            return bytes(body[:size]), True
    return bytes(body), False


def classify_exception(error: BaseException, *, sent: bool) -> Symptom:
    """Say what an exception means; `sent` tells whether the request may have left."""
    causes = list(_list_causes(error))
    if isinstance(error, TimeoutError | httpcore2.TimeoutException):
        return Symptom.TIMEOUT
    for cause in causes:
        if isinstance(cause, NotConnectedError):
            return cause.symptom
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Symptom.CERTIFICATE_UNTRUSTED if cause.verify_code in _UNTRUSTED else Symptom.CERTIFICATE_INVALID
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Symptom.TLS_FAILED
    return Symptom.CONNECTION_LOST if sent else Symptom.CONNECTION_FAILED


def _list_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
