"""kopf: the watch of our two kinds, in a thread of its own under a supervisor.

Several faults of the API end `kopf.operator()` (a 403 blip, a watch ERROR event, 503 past its retries), and on its way
out it cancels every task of its loop. So it gets a thread and a loop to itself, is started again whenever it ends, and
hands over plain objects. It writes nothing: an `on.event` handler needs no finalizer and no annotation.
"""

import asyncio
import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import kopf

from oauth_connector.api.names import CONNECTORS, CONSENTS, GROUP, VERSION

OnEvent = Callable[[str, str | None, Mapping[str, Any]], None]
"""Called in kopf's thread with the plural of a kind, the type of a watch event (`None` in a listing) and the object."""

Login = Callable[[], kopf.ConnectionInfo]

log = logging.getLogger(__name__)


class Backoff:
    """Pauses without an end: kopf gives up where the iterable has a length (it counts them)."""

    def __iter__(self) -> Iterator[float]:
        pause = 0.2
        while True:
            yield pause * random.uniform(0.5, 1.5)  # noqa: S311  # spreads retries, guards nothing
            pause = min(pause * 2, 10.0)


def settings_for_kopf() -> kopf.OperatorSettings:
    """Give settings under which kopf only watches: short time-outs, endless retries, nothing written."""
    settings = kopf.OperatorSettings()
    settings.networking.error_backoffs = Backoff()
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 5
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.queueing.idle_timeout = 0.5
    settings.watching.server_timeout = 25  # and where not even the end of that comes through, the line is dead
    settings.watching.inactivity_timeout = 28
    return settings


def registry_for(on_event: OnEvent, login: Login) -> kopf.OperatorRegistry:
    """Register a handler for each kind, and how to log in."""
    registry = kopf.OperatorRegistry()

    def follow(plural: str) -> None:
        @kopf.on.event(GROUP, VERSION, plural, registry=registry, id=plural)
        async def seen(type: str | None, body: kopf.Body, **_: Any) -> None:  # noqa: A002, ANN401  # kopf's names
            on_event(plural, type, dict(body))

    follow(CONNECTORS)
    follow(CONSENTS)

    @kopf.on.login(registry=registry)
    async def logged_in(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401  # kopf's names
        return login()

    return registry


class Watch:
    """kopf in its thread: `start` it once; it is started again whenever it ends, until `stop`."""

    def __init__(self, on_event: OnEvent, login: Login) -> None:
        self._on_event = on_event
        self._login = login
        self._stopping = threading.Event()
        self._stop_kopf: Callable[[], object] | None = None
        self._thread = threading.Thread(target=self._supervise, name="kopf", daemon=True)
        self.restarts = 0

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def reopen(self) -> None:
        """End kopf, so that the supervisor starts it again and everything is listed."""
        with contextlib.suppress(RuntimeError):  # its loop is closed: it has ended by itself
            if self._stop_kopf is not None:
                self._stop_kopf()

    def stop(self) -> None:
        """Stop watching, and wait a little for the thread to go."""
        self._stopping.set()
        self.reopen()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _supervise(self) -> None:
        pauses = iter(Backoff())
        while not self._stopping.is_set():
            try:
                asyncio.run(self._watch())
            except Exception:  # whatever ended kopf, the watch goes on
                log.exception("the watch ended")
            if not self._stopping.wait(next(pauses)):
                self.restarts += 1

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        operator = asyncio.ensure_future(
            kopf.operator(
                registry=registry_for(self._on_event, self._login),
                settings=settings_for_kopf(),
                clusterwide=True,
                standalone=True,
            )
        )
        self._stop_kopf = partial(loop.call_soon_threadsafe, operator.cancel)
        with contextlib.suppress(asyncio.CancelledError):  # by `reopen` or `stop`
            await operator
        await asyncio.sleep(0.25)  # aiohttp: connections over TLS close after their session, in the loop's own time
