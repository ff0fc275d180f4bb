"""One HTTP request to a provider: limited in time and size, never repeated, never redirected.

Nothing is raised: every exception of the libraries becomes a signal here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore2
import httpx2
import structlog

from oauth_connector.api.names import OPERATOR
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.failed_connection import classify_exception, is_asking_for_tls
from oauth_connector.net.time_limit import TimeLimit, limit_time
from oauth_connector.net.tls import BadCertificatesError, BadIdentityError
from oauth_connector.oauth.content_coding import LARGEST_BODY
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import SendWindow
from oauth_connector.tls.verification import find_certificate_error

ALWAYS = (("User-Agent", OPERATOR), ("Accept-Encoding", "identity"))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Limits of one request: seconds in total and for the connection, bytes of the response body.

    A request with a send window has `total` until it is sent, and then the time of its window.
    """

    total: float = 15.0
    connect: float = 5.0
    size: int = LARGEST_BODY

    def to_extension(self) -> dict[str, float | None]:
        """Return the limits of single steps in the form of httpcore2."""
        return httpx2.Timeout(self.total, connect=self.connect).as_dict()


class _SupersededError(Exception):
    """The request is left to another process."""


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request as it is sent, and what is checked right before: its send window, and whether the process leads."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    send_window: SendWindow | None = None
    may_send: Callable[[], bool] = lambda: True

    def build(self, extensions: dict[str, object]) -> httpx2.Request:
        """Build the request of the library; a header of the request replaces the usual one."""
        own = {name.lower() for name, _ in self.headers}
        headers = [*((name, value) for name, value in ALWAYS if name.lower() not in own), *self.headers]
        return httpx2.Request(self.method, self.url, headers=headers, content=self.body or None, extensions=extensions)

    def limit_sending(self, most: float) -> float:
        """Return the seconds in which the request must be sent or, without a window, end; at most `most`."""
        return most if self.send_window is None else min(most, self.send_window.latest - time.time())

    def extend(self, limit: TimeLimit) -> None:
        """Set the limit for the response, where there is a window, once the request is sent."""
        if self.send_window is not None:
            limit.restart(self.send_window.until - time.time())

    def require_permission(self) -> None:
        """Check right before the first byte is written.

        Raises `_SupersededError` where another process may lead, and `TimeoutError` where the time to send has ended.
        """
        if not self.may_send():
            raise _SupersededError("not sent: another process may lead")
        if self.send_window is not None and time.time() > self.send_window.latest:
            raise TimeoutError("not sent: the send window has ended")


async def fetch(
    pools: ConnectionPools, outgoing: OutgoingRequest, tls: TLSOptions, limits: RequestLimits
) -> HTTPResponse | Signal:
    """Send a request; a failure is returned as a signal. Cancellation closes the connection."""
    sent, arrived = False, _Arrived()

    async def trace(name: str, _info: object) -> None:
        nonlocal sent
        if name == "http11.send_request_headers.started":
            outgoing.require_permission()
            sent = True
            outgoing.extend(limit)

    try:
        async with limit_time(outgoing.limit_sending(limits.total)) as limit, pools.lend_transport(tls) as transport:
            request = outgoing.build(extensions={"trace": trace, "timeout": limits.to_extension()})
            # a transport sends one request and no more: no redirect, no cookie, no proxy of the environment
            await arrived.read(await transport.handle_async_request(request), limits.size)
            return _judge_scheme(outgoing.url, arrived.build_response(None))
    except BadCertificatesError:
        return Signal(Symptom.BAD_CA_BUNDLE)
    except BadIdentityError:
        return Signal(Symptom.TLS_FAILED)
    except _SupersededError:
        return Signal(Symptom.SUPERSEDED)
    except (httpcore2.UnsupportedProtocol, httpx2.InvalidURL, KeyError, UnicodeError):
        return Signal(Symptom.HOST_NOT_FOUND)
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        _log_refused_certificate(outgoing.url, error)
        symptom = classify_exception(error, sent=sent)
        return arrived.build_response(symptom) if arrived.body else Signal(symptom, sent=sent)


def _log_refused_certificate(url: str, error: BaseException) -> None:
    """Log why a certificate is refused: the reason in status states only the kind of failure."""
    cause = find_certificate_error(error)
    if cause is not None:
        log.warning("the certificate of a server is refused", host=urlsplit(url).hostname, cause=cause)


def _judge_scheme(url: str, response: HTTPResponse) -> HTTPResponse | Signal:
    """Return a response, or the signal that the URL must begin with `https`."""
    is_wrong = url.startswith("http:") and is_asking_for_tls(response)
    return Signal(Symptom.EXPECTS_TLS, sent=True) if is_wrong else response


@dataclass(slots=True)
class _Arrived:
    """What has arrived of a response. It may be whole although its end is missing, or hold the only valid token."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    truncated: bool = False

    async def read(self, response: httpx2.Response, size: int) -> None:
        """Read the raw body, up to a size. It is not decompressed here, without a bound."""
        self.status, self.headers = response.status_code, dict(response.headers.items())
        try:
            async for chunk in response.aiter_raw():
                self.body += chunk
                if len(self.body) > size:
                    del self.body[size:]
                    self.truncated = True
                    return
        finally:
            await response.aclose()

    def build_response(self, interruption: Symptom | None) -> HTTPResponse:
        """Return the response; `interruption` is what has ended it before its body was read to the end."""
        return HTTPResponse(self.status, self.headers, bytes(self.body), self.truncated, interruption)
