"""The consent service as a process: its routes, its life from start to SIGTERM."""

import asyncio
import logging as standard
import secrets
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from oauth_connector.consent_server import headers
from oauth_connector.consent_server.callback import CallbackPage
from oauth_connector.consent_server.consent_store import Consents, KubeConsents
from oauth_connector.consent_server.cookies import Cookies
from oauth_connector.consent_server.middlewares import logged, shown, tell_of
from oauth_connector.consent_server.pages import ASSETS, Pages
from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.consent_server.result_page import ResultPage
from oauth_connector.consent_server.server_context import ConsentSite
from oauth_connector.consent_server.start_page import StartPage
from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.telemetry import logging
from oauth_connector.telemetry.http_server import ServerOptions, probe_handler, serving

LARGEST_BODY = 4096
LONGEST_LINE = 24_576
"""Of a request line and of a header: a code of 4 KiB, a few parameters of 2 KiB, written with percent signs."""

log = structlog.get_logger(__name__)


def site(public_url: str, consents: Consents) -> ConsentSite:
    """Join the parts of the service."""
    return ConsentSite(
        public=public_url,
        consents=consents,
        pages=Pages(),
        cookies=Cookies(secure=public_url.startswith("https:")),
        limits=RateLimits(time.monotonic),
        now=lambda: datetime.now(UTC),
        randomness=secrets.token_bytes,
    )


def application(of: ConsentSite, unready: Callable[[], str | None] = lambda: None) -> web.Application:
    """Build the pages. `unready` says why nobody else should be sent here, if so."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[logged, shown(of)])
    headers.install(app, secure=of.secure)
    start, callback, finish = StartPage(of), CallbackPage(of), ResultPage(of)
    consent = "/connect/{namespace}/{name}"
    app.add_routes(
        [
            web.get("/connector/{namespace}/{name}", start.connector),
            web.get(consent, start.opened),
            web.post(consent, start.proved),
            web.get(f"{consent}/done", finish.done, allow_head=False),
            web.get(f"{consent}/status", finish.status, allow_head=False),
            web.get("/oauth/callback/{namespace}/{name}", callback.returned, allow_head=False),
            web.get("/healthz", probe_handler(lambda: None)),
            web.get("/readyz", probe_handler(unready)),
            web.static("/assets", ASSETS),
        ]
    )
    return app


class _Discreet(standard.Handler):
    """Says of aiohttp's own errors where they came from, and not what it was: it quotes request lines, with codes."""

    def emit(self, record: standard.LogRecord) -> None:
        """Tell of what is a bug; requests that cannot be read are their senders'."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, HttpProcessingError):
            tell_of(error)


def _discreet() -> standard.Logger:
    """Return a logger for aiohttp."""
    logger = standard.Logger("discreet")  # noqa: LOG001  # it must have no parent
    logger.addHandler(_Discreet())
    return logger


OPTIONS = ServerOptions(shutdown=10, line=LONGEST_LINE, logger=_discreet())


async def _main(settings: ConsentSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with KubeAPI(Access.load(settings.kubeconfig), timeout=settings.api_request_seconds) as api:
        app = application(site(settings.public_url, KubeConsents(api)), lambda: "stopping" if stop.is_set() else None)
        async with serving(app, settings.http_host, settings.http_port, OPTIONS) as port:
            log.info("serving the pages of consent", port=port, public_url=settings.public_url)
            await stop.wait()
            log.info("stopping: what is under way is finished first")
            await asyncio.sleep(settings.stop_delay_seconds)


def run(settings: ConsentSettings) -> None:
    """Run the consent service until SIGTERM or SIGINT."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    uvloop.run(_main(settings))
