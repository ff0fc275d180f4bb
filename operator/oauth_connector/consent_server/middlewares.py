"""Middlewares of all pages: a log line without secrets of the address, and a page for every failure."""

import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from oauth_connector.consent_server.consent_store import APIUnavailable
from oauth_connector.consent_server.failures import FailureDetails, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.server_context import ServerContext
from oauth_connector.telemetry.http_server import HEALTH_PATH, READINESS_PATH

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DEBUG_ROUTES = (HEALTH_PATH, READINESS_PATH, "/assets")
FAILURE = web.ResponseKey("failure", str)

log = structlog.get_logger(__name__)


@web.middleware
async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log a request by its route. A query may contain a code, and an unknown path may contain anything."""
    started = time.monotonic()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    match_info = request.match_info
    name = ObjectKey.parse(match_info.get("namespace", ""), match_info.get("name", ""))
    facts = {
        "method": request.method,
        "route": route,
        "status": response.status,
        "milliseconds": round((time.monotonic() - started) * 1000),
        **({"object": str(name)} if name else {}),
        **({"failure": response[FAILURE]} if FAILURE in response else {}),
    }
    log_at_level = log.debug if route.startswith(DEBUG_ROUTES) or route.endswith("/status") else log.info
    log_at_level("request", **facts)
    return response


def render_failures(context: ServerContext) -> Middleware:
    """Render a page for a stopped request, an unavailable API server, an HTTP error of aiohttp, and any other error."""

    @web.middleware
    async def show(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RequestStopped as stopped:
            return _render_failure(context, stopped)
        except APIUnavailable:
            return context.pages.render_failure(PageFailure.UNAVAILABLE, FailureDetails())
        except web.HTTPException as refusal:
            if not request.path.startswith("/assets/"):
                page = context.pages.render_failure(PageFailure.NOT_FOUND, FailureDetails())
                page.set_status(refusal.status)
                return page
            raise
        except Exception as error:  # noqa: BLE001  # the user gets a page for every error
            log_unexpected_error(error)
            return context.pages.render_failure(PageFailure.INTERNAL_ERROR, FailureDetails())

    return show


def _render_failure(context: ServerContext, stopped: RequestStopped) -> web.Response:
    response = context.pages.render_failure(stopped.failure, stopped.about)
    response[FAILURE] = stopped.failure.value
    for name in stopped.about.forget:
        context.cookies.clear(response, name)
    return response


def log_unexpected_error(error: BaseException) -> None:
    """Log the type and the location of an error. Its text is not logged, because it may quote the request."""
    log.error("unexpected error in a page", error=type(error).__name__, location=_location(error))


def _location(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
