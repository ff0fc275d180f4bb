"""Reads the scope of an install: each part on its own, and one watch of the parts that are read."""

import asyncio
from collections.abc import Collection, Coroutine

import structlog

from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.event_receiver import EventReceiver
from oauth_connector.kube.part_reader import PartReader, ReadingHooks
from oauth_connector.kube.scope import InstallScope
from oauth_connector.kube.secret_informer import OnChange
from oauth_connector.kube.watch import Login, Watch

log = structlog.get_logger(__name__)


class ScopeReader:
    """Fills the caches and keeps them up to date: `loops` have to run, and `start_watch` follows once it `is_read`."""

    def __init__(self, api: KubeAPI, caches: Caches, scope: InstallScope, on_secret: OnChange, login: Login) -> None:
        self.caches = caches
        self._names = scope.namespaces
        self._found = asyncio.Event()
        self._watch = Watch(login, scope.selector, self._find_watched)
        hooks = ReadingHooks(on_secret, self._reopen, self._require_watch, self._watch.lose)
        self._parts = {part.namespace: PartReader(api, caches, part, hooks) for part in scope.parts}
        self._receiver = EventReceiver(caches, self._is_read)

    @property
    def unready_reason(self) -> str | None:
        """Return why no reconciliation may start: a part is not settled, or no part is read; `None` if it may."""
        parts = self._parts.values()
        if not all(part.settled.is_set() for part in parts):
            return "the caches are filling"
        return None if any(part.is_read for part in parts) else "no namespace can be read"

    @property
    def last_contact(self) -> float:
        """Return when the Secrets of all parts that are read were last up to date, in seconds since the epoch."""
        return min((part.last_contact for part in self._parts.values() if part.is_read), default=0.0)

    @property
    def listed_at(self) -> float:
        """Return when the connectors of all parts that are read were last listed, in seconds since the epoch."""
        return min((part.lister.loop.listed_at for part in self._parts.values() if part.is_read), default=0.0)

    def loops(self) -> list[Coroutine[None, None, None]]:
        """Return what has to run. One of them may raise `SelectorError`."""
        return [loop for part in self._parts.values() for loop in part.loops()]

    async def wait(self) -> None:
        """Wait until each part is read or refused, and at least one is read."""
        for part in self._parts.values():
            await part.settled.wait()
        await self._found.wait()

    def start_watch(self) -> None:
        """Start to watch. Not before `wait`: kopf never finds a resource that did not exist when it started."""
        loop = asyncio.get_running_loop()

        def request_in_thread(plural: str, namespace: str) -> None:
            loop.call_soon_threadsafe(self._parts[namespace].request_list, plural)

        self._watch.start(self._receiver.receive_in_thread, request_in_thread)

    def stop_watch(self) -> None:
        """Stop to watch; blocks up to ten seconds."""
        self._watch.stop()

    def _reopen(self) -> None:
        if any(part.is_read for part in self._parts.values()):
            self._found.set()
        self._watch.reopen()

    def _require_watch(self, plural: str) -> None:
        """Open the watch again where a kind that could be listed is not watched: it was installed only now."""
        if not self._watch.is_watching(plural):
            log.info("the resource is served again, and the watch is opened again", resource=plural)
            self._watch.reopen()

    def _find_watched(self) -> Collection[str] | None:
        if not self._names:
            return None
        return tuple(name for name in self._names if self._parts[name].is_read)

    def _is_read(self, namespace: str) -> bool:
        """Return whether a namespace is read: events of others come too late or too early."""
        part = self._parts.get(namespace if self._names else "")
        return part is not None and part.is_read
