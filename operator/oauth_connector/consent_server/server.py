"""The consent server as a process: its routes, and its run from start to SIGTERM."""

import asyncio
import gc
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

from oauth_connector.consent_protocol import addresses
from oauth_connector.consent_protocol.client_documents import DOCUMENT_ROUTE, KEYS_ROUTE, SIGNED_DOCUMENT_ROUTE
from oauth_connector.consent_server import headers
from oauth_connector.consent_server.callback import CallbackPage
from oauth_connector.consent_server.client_address import ClientAddress
from oauth_connector.consent_server.client_document import ClientDocument, ClientKeys
from oauth_connector.consent_server.client_key_store import ClientKeyStore, KubeClientKeyStore
from oauth_connector.consent_server.consent_store import ConsentStore, KubeConsentStore
from oauth_connector.consent_server.cookies import Cookies
from oauth_connector.consent_server.middlewares import log_request, log_unexpected_error, render_failures
from oauth_connector.consent_server.pages import ASSETS, PageRenderer
from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.consent_server.request_body import CLIENT_ERRORS
from oauth_connector.consent_server.result_page import ResultPage
from oauth_connector.consent_server.server_context import ServerContext
from oauth_connector.consent_server.start_page import StartPage
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.identity_watch import require_identity
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.settings.reload import SettingsReload
from oauth_connector.telemetry import logging
from oauth_connector.telemetry.http_server import ServerOptions, build_probe_routes, serve_application

MAX_BODY = 4096
MAX_LINE = 24_576
"""Bytes of a request line or a header: a code of 4 KiB and a few parameters of 2 KiB, percent-encoded."""

NO_PROXY = ClientAddress()

log = structlog.get_logger(__name__)


def build_context(
    public_url: str, consents: ConsentStore, client_keys: ClientKeyStore, client_address: ClientAddress = NO_PROXY
) -> ServerContext:
    """Return the parts that all pages use."""
    return ServerContext(
        public=public_url,
        consents=consents,
        client_keys=client_keys,
        pages=PageRenderer(),
        cookies=Cookies(secure=public_url.startswith("https:")),
        limits=RateLimits(time.monotonic),
        now=lambda: datetime.now(UTC),
        randomness=secrets.token_bytes,
        client_address=client_address,
    )


def build_application(context: ServerContext, find_problem: Callable[[], str | None] = lambda: None) -> web.Application:
    """Return the application. `find_problem` returns why the server is not ready, or nothing."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[log_request, render_failures(context)])
    headers.install(app, secure=context.is_secure)
    start, callback, result = StartPage(context), CallbackPage(context), ResultPage(context)
    documents = ClientDocument(context)
    app.add_routes(
        [
            web.get(addresses.CONNECTOR_ROUTE, start.show_connector),
            web.get(addresses.CONNECT_ROUTE, start.show_entry),
            web.post(addresses.CONNECT_ROUTE, start.receive_ticket),
            web.get(addresses.RESULT_ROUTE, result.show_result, allow_head=False),
            web.get(addresses.PHASE_ROUTE, result.report_phase, allow_head=False),
            web.get(addresses.CALLBACK_ROUTE, callback.receive_redirect, allow_head=False),
            web.get(DOCUMENT_ROUTE, documents.show_document),
            web.get(SIGNED_DOCUMENT_ROUTE, documents.show_signed_document),
            web.get(KEYS_ROUTE, ClientKeys(context).show_keys),
            *build_probe_routes(lambda: None, find_problem),
            web.static("/assets", ASSETS),
        ]
    )
    return app


class _SafeErrorHandler(standard.Handler):
    """Logs where an error of aiohttp occurred, without its text, which quotes request lines and so codes."""

    def emit(self, record: standard.LogRecord) -> None:
        """Log unexpected errors. What a client causes, by a wrong request or by leaving, is ignored."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, CLIENT_ERRORS):
            log_unexpected_error(error)


def _build_safe_logger() -> standard.Logger:
    """Return a logger for aiohttp."""
    logger = standard.Logger("aiohttp-errors")  # noqa: LOG001  # it must have no parent
    logger.addHandler(_SafeErrorHandler())
    return logger


OPTIONS = ServerOptions(shutdown=10, line=MAX_LINE, linger=1, logger=_build_safe_logger())


async def _serve_until_stopped(settings: ConsentSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with KubeAPI(Access.load(settings.kubeconfig), timeout=settings.api_request_seconds) as api:
        client_address = ClientAddress(settings.client_address_header, settings.trusted_proxies)
        client_keys = KubeClientKeyStore(api, own_namespace(), time.monotonic)
        context = build_context(settings.public_url, KubeConsentStore(api), client_keys, client_address)
        app = build_application(context, lambda: "stopping" if stop.is_set() else api.identity.unready_reason)
        async with serve_application(app, settings.http_host, settings.http_port, OPTIONS) as port:
            log.info("consent server started", port=port, public_url=settings.public_url)
            comparing = asyncio.create_task(SettingsReload(settings).run())
            stopped, identity = asyncio.create_task(stop.wait()), asyncio.create_task(require_identity(api))
            await asyncio.wait((stopped, identity), return_when=asyncio.FIRST_COMPLETED)
            comparing.cancel()
            log.info("consent server stopping: finishing requests in progress")
            await asyncio.sleep(settings.stop_delay_seconds if stop.is_set() else 0)
        if not stop.is_set():
            identity.result()
        identity.cancel()


def run(settings: ConsentSettings) -> None:
    """Run the consent server until SIGTERM or SIGINT. Raises `IdentityLostError`, as the operator does."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    gc.collect()
    gc.freeze()  # imported modules stay for the whole run
    gc.enable()  # `__main__` disables it
    uvloop.run(_serve_until_stopped(settings))
