"""Reads one part of the scope into the caches: Secrets first, then connectors and consents.

Without its Secrets, a connector would look as if it had no token. A named namespace that does not exist looks like one
without permissions: every request is answered with 403. Then its objects leave the caches, as on a restart, and it is
read again as soon as it can be. The other namespaces are not affected.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial

import structlog

from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.connector_lister import ConnectorLister
from oauth_connector.kube.consent_lister import ConsentLister
from oauth_connector.kube.listing import ListHooks
from oauth_connector.kube.scope import ScopePart
from oauth_connector.kube.secret_informer import OnChange, SecretInformer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingHooks:
    """Functions that a reader calls.

    For each change of a Secret, when the watch must be opened again, and with the plural of a kind: when it was listed,
    and when it is not served.
    """

    on_secret: OnChange
    on_reopen: Callable[[], None]
    on_listed: Callable[[str], None] = lambda _plural: None
    on_missing: Callable[[str], None] = lambda _plural: None


class PartReader:
    """Reads a part; `is_read` is true while the caches contain it.

    `settled` is set once the part was read, or refused for the first time: the process does not wait for a namespace
    that may never exist.
    """

    def __init__(self, api: KubeAPI, caches: Caches, part: ScopePart, hooks: ReadingHooks) -> None:
        self.part = part
        self.is_read = False
        self.settled = asyncio.Event()
        self.informer = SecretInformer(api, caches.secrets, hooks.on_secret, part.secrets())
        self.lister = ConnectorLister(api, caches.connectors, hooks.on_reopen, part)
        self.consent_lister = ConsentLister(api, caches.consents, part)
        self._caches = caches
        self._hooks = hooks

    @property
    def last_contact(self) -> float:
        """Return when the Secrets were last known to be up to date, in seconds since the epoch."""
        return time.time() - self.informer.age()

    def request_list(self, plural: str) -> None:
        """List the objects of a kind soon: their watch starts, and does not report what there was before."""
        if plural == CONSENTS:
            self.consent_lister.loop.request()
        else:
            self._caches.freshness.begin_gap(self.part.namespace)
            self.lister.request_content()

    def loops(self) -> tuple[Coroutine[None, None, None], ...]:
        """Return what has to run. The connectors raise `SelectorError`."""
        secrets = self.informer.synced
        return (
            self.informer.loop.run(ListHooks(on_forbidden=self._leave_secrets)),
            self.lister.loop.run(ListHooks(self._enter, self._leave, self._lose_connectors), after=secrets),
            self.consent_lister.loop.run(self._hooks_of_consents(), after=secrets),
        )

    def _hooks_of_consents(self) -> ListHooks:
        on_listed, on_missing = self._hooks.on_listed, self._hooks.on_missing
        return ListHooks(partial(on_listed, CONSENTS), on_missing=partial(on_missing, CONSENTS))

    def _lose_connectors(self) -> None:
        self._hooks.on_missing(CONNECTORS)

    def _enter(self) -> None:
        if not self.informer.synced.is_set():  # the Secrets were refused while this list was read
            self._forget_objects()
            return
        if not self.is_read:
            self.is_read = True
            self.settled.set()
            self._hooks.on_reopen()
        if not self.lister.is_content_due:
            self._caches.freshness.end_gap(self.part.namespace)
        self._hooks.on_listed(CONNECTORS)

    def _leave_secrets(self) -> None:
        """Drop also the Secrets; the other loops wait for them before they list again."""
        if self.part.namespace:
            self.informer.synced.clear()
            self._leave()
            self._caches.secrets.drop_namespace(self.part.namespace)

    def _leave(self) -> None:
        """Drop a namespace that is refused. The whole cluster is kept: its permissions are missing by mistake."""
        namespace = self.part.namespace
        if not namespace:
            return
        self.settled.set()
        was_read, self.is_read = self.is_read, False
        self._forget_objects()
        if was_read:
            log.warning("a namespace is no longer read", namespace=namespace)
            self.consent_lister.loop.request()
            self._hooks.on_reopen()

    def _forget_objects(self) -> None:
        """Drop the objects of the namespace; they are listed again as soon as its Secrets are."""
        self._caches.connectors.leave_namespace(self.part.namespace)
        self._caches.consents.leave_namespace(self.part.namespace)
        self.lister.request_content()
