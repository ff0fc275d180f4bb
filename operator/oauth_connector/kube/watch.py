"""kopf: the watch of both kinds, in a supervised thread of its own.

Several faults of the API end `kopf.operator()` (a single 403, an ERROR event of the watch, a 503 after its retries).
At its end it cancels every task of its event loop. So it has a thread and an event loop of its own, is started again
whenever it ends, and passes on plain objects. It writes nothing: an `on.event` handler needs no finalizer and no
annotation.
"""

import asyncio
import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import aiohttp
import kopf
import uvloop
from aiohttp import ClientMiddlewareType

from oauth_connector.api.names import CONNECTORS, CONSENTS, GROUP, VERSION
from oauth_connector.kube.access import Access
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.discovery import find_served_kinds
from oauth_connector.kube.empty_lists import EmptyLists, RequestList
from oauth_connector.kube.sessions import Authenticator, open_session

OnEvent = Callable[[str, str, Mapping[str, Any]], None]
"""Called in the thread of kopf with the plural of a kind, the type of the event and the object."""

FindNamespaces = Callable[[], Collection[str] | None]
"""Called in the thread of kopf; returns the namespaces to watch, or `None` for all."""

Login = Callable[[ClientMiddlewareType], kopf.AiohttpSession]
"""Called in the thread of kopf: returns the server, and a session of its own with a middleware and the token."""

log = logging.getLogger(__name__)


FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds between two attempts, of kopf to reach the API server and of the supervisor to start kopf."""

SETTLED_RUN = 60.0
"""Seconds that kopf has to run until its next end counts as the first again."""

END_TIME = 2.0
"""Seconds that kopf may take to end after it has closed its session."""

WATCHED = (CONNECTORS, CONSENTS)


def log_in_to(access: Access, middleware: ClientMiddlewareType) -> kopf.AiohttpSession:
    """Return what kopf needs to reach an API server. It closes the session at its end.

    kopf gets no 401: it would log in again at once, without an end. The session waits instead, and reads new tokens.
    """
    session = open_session(access, middleware, Authenticator(access.identity).send_or_wait)
    return kopf.AiohttpSession(server=access.server, aiohttp_session=session)


class NoDiffs(kopf.DiffBaseStorage):
    """What kopf remembers of an object to find changes: nothing, because no handler asks for them.

    The default copies every object in depth at every event, which took half of kopf's time.
    """

    def build(self, **_: object) -> kopf.BodyEssence:
        """Return nothing of an object."""
        return kopf.BodyEssence()

    def fetch(self, **_: object) -> None:
        """Return that nothing is stored."""

    def store(self, **_: object) -> None:
        """Store nothing."""


def build_kopf_settings(selector: str = "") -> kopf.OperatorSettings:
    """Return settings with which kopf only watches: short time-outs, endless retries, no writes.

    The label `selector` is for connectors. The API server reports one that no longer has the labels as deleted.
    """
    settings = kopf.OperatorSettings()
    # without an end: kopf gives up after the last element of an iterable that has a length
    settings.networking.error_backoffs = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 5
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.queueing.idle_timeout = 0.5
    settings.watching.server_timeout = 25  # without its end after this time, the connection counts as broken
    settings.watching.inactivity_timeout = 28
    settings.persistence.diffbase_storage = NoDiffs()
    if selector:
        settings.watching.label_selectors[GROUP, VERSION, CONNECTORS] = selector
    return settings


def build_registry(on_event: OnEvent, log_in_once: Callable[[], kopf.AiohttpSession]) -> kopf.OperatorRegistry:
    """Register a handler for each kind, and the login."""
    registry = kopf.OperatorRegistry()

    def follow(plural: str) -> None:
        @kopf.on.event(GROUP, VERSION, plural, registry=registry, id=plural)
        async def handle_event(type: str, body: kopf.Body, **_: Any) -> None:  # noqa: A002, ANN401  # kopf's names
            on_event(plural, type, dict(body))

    for plural in WATCHED:
        follow(plural)

    @kopf.on.login(registry=registry)
    async def log_in(**_: Any) -> kopf.AiohttpSession:  # noqa: ANN401  # kopf's names
        return log_in_once()

    return registry


class Watch:
    """kopf in its thread. `start` it once; it is started again whenever it ends, until `stop`.

    The namespaces are found at each start: `reopen` it when they change.
    """

    def __init__(self, login: Login, selector: str = "", find_namespaces: FindNamespaces = lambda: None) -> None:
        self._login = login
        self._selector = selector
        self._find_namespaces = find_namespaces
        self._stopping = threading.Event()
        self._stop_kopf: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None
        self._kinds: frozenset[str] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._request_list: RequestList = lambda _plural, _namespace: None
        self.restarts = 0

    def start(self, on_event: OnEvent, request_list: RequestList) -> None:
        """Start to watch. Both functions are called in the thread of kopf; `request_list` when a watch starts."""
        self._request_list = request_list
        self._thread = threading.Thread(target=self._supervise, args=(on_event,), name="kopf", daemon=True)
        self._thread.start()

    def is_watching(self, plural: str) -> bool:
        """Return whether kopf watches a kind, as far as is known: it finds the kinds only when it starts."""
        kinds = self._kinds
        return kinds is None or plural in kinds

    def lose(self, plural: str) -> None:
        """Note that a kind is not served: kopf will not find it again by itself."""
        self._kinds = (self._kinds if self._kinds is not None else frozenset(WATCHED)) - {plural}

    def reopen(self) -> None:
        """End kopf, so that the supervisor starts it again and all objects are listed."""
        with contextlib.suppress(RuntimeError):  # its event loop is closed: it has already ended
            if self._stop_kopf is not None:
                self._stop_kopf()

    def stop(self) -> None:
        """Stop watching, and wait up to ten seconds for the end of the thread."""
        self._stopping.set()
        self.reopen()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _supervise(self, on_event: OnEvent) -> None:
        backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                uvloop.run(self._watch(on_event))
            except Exception:  # whatever ended kopf, it is started again
                log.exception("watch ended and is opened again")
            if time.monotonic() - started > SETTLED_RUN:
                backoff.reset()
            if not self._stopping.wait(backoff.next_pause()):
                self.restarts += 1

    async def _watch(self, on_event: OnEvent) -> None:
        loop, namespaces = asyncio.get_running_loop(), self._find_namespaces()
        operator = asyncio.ensure_future(self._run_kopf(on_event, namespaces))
        self._stop_kopf = partial(loop.call_soon_threadsafe, operator.cancel)
        if self._find_namespaces() != namespaces:  # they changed while `reopen` had nothing to end yet
            operator.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # by `reopen` or `stop`
            await self._wait_for_end(operator)
        # aiohttp closes TLS connections after their session, in later steps of the event loop
        await asyncio.sleep(0.25)

    async def _wait_for_end(self, operator: "asyncio.Future[None]") -> None:
        """Wait for the end of kopf, and raise what ended it.

        After a failure kopf closes its session. A request that fails by this waits for a login that never comes, and
        kopf waits for the request.
        """
        while not operator.done():
            is_ending = self._session is not None and self._session.closed
            await asyncio.wait([operator], timeout=END_TIME)
            if is_ending:
                operator.cancel()
        await operator

    def _open_session(self) -> kopf.AiohttpSession:
        return self._login(EmptyLists(WATCHED, self._request_list).send)

    def _log_in(self) -> kopf.AiohttpSession:
        login = self._open_session()
        self._session = login.aiohttp_session
        return login

    async def _find_kinds(self, namespaces: Collection[str]) -> None:
        """Find the kinds that kopf is going to find. A list of another finds it as soon as it is served."""
        self._kinds = self._session = None
        login = self._open_session()
        async with login.aiohttp_session as session:
            self._kinds = await find_served_kinds(session, login.server)
        missing = [plural for plural in WATCHED if plural not in (self._kinds or ())]
        for plural, namespace in itertools.product(missing, namespaces):
            self._request_list(plural, namespace)

    async def _run_kopf(self, on_event: OnEvent, namespaces: Collection[str] | None) -> None:
        if namespaces is not None and not namespaces:
            await asyncio.Event().wait()  # until it is reopened: to kopf, no namespace would mean all of them
        await self._find_kinds(namespaces or ("",))
        await kopf.operator(
            registry=build_registry(on_event, self._log_in),
            settings=build_kopf_settings(self._selector),
            clusterwide=namespaces is None,
            namespaces=namespaces or (),
            standalone=True,
        )
