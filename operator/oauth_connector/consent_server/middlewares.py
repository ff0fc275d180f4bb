"""Around every page: a line in the log without what is secret in an address, and a page for whatever goes wrong."""

import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from oauth_connector.consent_server.consent_store import Unavailable
from oauth_connector.consent_server.failures import About, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import Name
from oauth_connector.consent_server.server_context import ConsentSite

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUIET = ("/healthz", "/readyz", "/assets")
FAILURE = web.ResponseKey("failure", str)

log = structlog.get_logger(__name__)


@web.middleware
async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log a request by its route. Queries carry codes, and a path that is none of ours may carry anything."""
    started = time.monotonic()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    place = request.match_info
    name = Name.read(place.get("namespace", ""), place.get("name", ""))
    facts = {
        "method": request.method,
        "route": route,
        "status": response.status,
        "milliseconds": round((time.monotonic() - started) * 1000),
        **({"object": str(name)} if name else {}),
        **({"failure": response[FAILURE]} if FAILURE in response else {}),
    }
    tell = log.debug if route.startswith(QUIET) or route.endswith("/status") else log.info
    tell("request", **facts)
    return response


def shown(site: ConsentSite) -> Middleware:
    """Show a page where a handler stops, the API server is away, aiohttp has no page, or there is a bug of ours."""

    @web.middleware
    async def show(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RequestStopped as stopped:
            return _stopped(site, stopped)
        except Unavailable:
            return site.pages.failure(PageFailure.UNAVAILABLE, About())
        except web.HTTPException as refusal:
            if not request.path.startswith("/assets/"):
                page = site.pages.failure(PageFailure.NOT_FOUND, About())
                page.set_status(refusal.status)
                return page
            raise
        except Exception as bug:  # noqa: BLE001  # a person gets a page, whatever happens
            tell_of(bug)
            return site.pages.failure(PageFailure.BUG, About())

    return show


def _stopped(site: ConsentSite, stopped: RequestStopped) -> web.Response:
    response = site.pages.failure(stopped.failure, stopped.about)
    response[FAILURE] = stopped.failure.value
    for name in stopped.about.forget:
        site.cookies.clear(response, name)
    return response


def tell_of(error: BaseException) -> None:
    """Log an error by its place alone: its text may quote what the browser sent."""
    log.error("a page failed", error=type(error).__name__, place=_place(error))


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
