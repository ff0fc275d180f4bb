"""The operator as a process: joins the rooms, runs them, and takes them down in order.

Order matters at both ends. No pass starts before both caches are filled. On SIGTERM nothing new starts; what is in
flight is finished and written; then the watches and the server go.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import kopf
import structlog
import uvloop

from oauth_connector.api.names import CONSENTS
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.effective import seconds
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.backoff import Guarded
from oauth_connector.controller.grant_store import OnFaultPoint, ignore_fault_point
from oauth_connector.controller.ports import Ports
from oauth_connector.controller.token_client import TokenRequestRecord
from oauth_connector.controller.workqueue import Workqueue
from oauth_connector.kube import watch as handlers
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.connector_lister import ConnectorLister
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.consent_key import KubeConsentKeys
from oauth_connector.kube.consent_lister import ConsentLister
from oauth_connector.kube.events import EventRecorder
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_informer import SecretInformer
from oauth_connector.net.fetch import RequestLimits
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.settings.operator import Settings
from oauth_connector.telemetry import health, logging
from oauth_connector.telemetry.http_server import serving
from oauth_connector.telemetry.metrics import ConnectorSample, Metrics
from oauth_connector.wiring import ControllerOptions, join

LAST_MINUTE = 60.0
"""Seconds that what is in flight may take on SIGTERM: an answer that cannot be stored is waited for no longer."""

VANISHED = 2.0
"""Seconds until the disappearance of a Secret is acted on: its connector or namespace may be going too."""

log = structlog.get_logger(__name__)


class Operator:
    """One process's rooms, joined."""

    def __init__(self, settings: Settings, access: Access, on_point: OnFaultPoint = ignore_fault_point) -> None:
        self._settings = settings
        self._on_point = on_point
        self._access = access
        self.metrics = Metrics(self._samples, per_object=settings.metrics_per_object)
        self.connectors = ConnectorCache(lambda key: self.scheduler.enqueue(key))  # noqa: PLW0108  # the scheduler comes later
        self.consents = ConsentCache(lambda key: self.scheduler.enqueue(key))  # noqa: PLW0108  # as above
        self.secrets = SecretCache()
        self.api = KubeAPI(access, self.metrics.api_request, timeout=settings.api_request_seconds)
        self.cluster = KubeCluster(self.api, self.connectors, self.secrets, self.consents)
        self.provider = HTTPProviderClient(
            settings.allowed_destinations,
            settings.trust_bundle,
            limits=RequestLimits(total=settings.token_request_seconds),
        )
        self.informer = SecretInformer(self.api, self.secrets, self._secret_changed)
        self.metrics.follow("secrets", lambda: time.time() - self.informer.age())
        self.scheduler = self._scheduler()
        self._loop = asyncio.get_running_loop()
        self.watch = handlers.Watch(self._seen_in_thread, self._login)
        self.lister = ConnectorLister(self.api, self.connectors, self.watch.reopen)
        self.metrics.follow("oauthconnectors", lambda: self.lister.loop.listed_at)

    def _scheduler(self) -> Workqueue:
        keys = KubeConsentKeys(self.api, self._settings.namespace or own_namespace())
        edges = Ports(self.cluster, self.provider, EventRecorder(self.api), time.time, keys)
        consent_policy = ConsentPolicy(self._settings.public_url, self._settings.confirm_consents)
        rooms = join(
            edges, ControllerOptions(self._settings.require_allowed_hosts, consent_policy, self._called, self._on_point)
        )
        scheduler = Workqueue(
            Guarded(rooms.reconcile, time.time, self.metrics.passed),
            time.time,
            workers=self._settings.workers,
            on_start=self.metrics.late,
            on_setback=partial(self._set_back, rooms.memory),
        )
        rooms.refresher.call = scheduler.enqueue
        host_limiter = rooms.refresher.host_limiter
        self.metrics.watch_queue(lambda: scheduler.depth, lambda: scheduler.waited, host_limiter.waiting)
        return scheduler

    # --- what the watches say -----------------------------------------------------------------------------------
    def _seen_in_thread(self, plural: str, kind: str | None, manifest: Mapping[str, object]) -> None:
        seen = self._consent_seen if plural == CONSENTS else self._seen
        self._loop.call_soon_threadsafe(seen, kind, manifest)

    def _consent_seen(self, kind: str | None, manifest: Mapping[str, object]) -> None:
        if kind == "DELETED":
            self.consents.remove_manifest(manifest)
        else:
            self.consents.update(manifest)

    def _seen(self, kind: str | None, manifest: Mapping[str, object]) -> None:
        if kind == "DELETED":
            self.connectors.remove_manifest(manifest)
        else:
            self.connectors.update(manifest)
        if kind is None:
            self.lister.loop.request()

    def _secret_changed(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        for secret in (old, new):
            if secret is not None and secret.connector:
                at = None if new is not None else time.time() + VANISHED
                self.scheduler.enqueue(Key(secret.namespace, secret.connector), at)

    def _called(self, call: TokenRequestRecord) -> None:
        self.metrics.token_request(call.host, call.grant_type, call.result, call.seconds)
        tell = log.debug if call.result == "success" else log.warning
        tell(
            "token request",
            connector=str(call.connector),
            host=call.host,
            result=call.result,
            seconds=round(call.seconds, 3),
        )

    def _set_back(self, memory: Memory, by: float) -> None:
        log.warning("the clock was set back", seconds=round(by, 1))
        memory.set_back([connector.key for connector in self.connectors], by)

    def _login(self) -> kopf.ConnectionInfo:
        return kopf.ConnectionInfo(**self._access.for_kopf())

    def _samples(self) -> Iterator[ConnectorSample]:
        for connector in self.connectors:
            status = connector.status
            ready = find_condition(status.conditions, "Ready")
            yield ConnectorSample(
                namespace=connector.key.namespace,
                name=connector.key.name,
                ready=ready.status == "True" if ready is not None else None,
                reason=ready.reason if ready is not None else "",
                expiration=seconds(status.expiration_time),
                next_refresh=seconds(status.next_refresh_time),
                refresh_token_expiration=seconds(status.refresh_token_expiration_time),
                consent=consent.reason if (consent := find_condition(status.conditions, "ConsentRequired")) else "",
            )

    # --- life ---------------------------------------------------------------------------------------------------
    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises `OSError` when the port for health and metrics is taken."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.api)
            await stack.enter_async_context(self.provider)
            app = health.application(self.metrics, lambda: None, self._unready)
            port = await stack.enter_async_context(serving(app, self._settings.http_host, self._settings.http_port))
            log.info("serving health and metrics", port=port)
            consents = ConsentLister(self.api, self.consents, self.watch.reopen)
            loops = (self.informer, self.lister.loop, consents.loop)
            background = [asyncio.create_task(loop.run()) for loop in loops]
            stack.push_async_callback(_cancel, background)
            stack.push_async_callback(asyncio.to_thread, self.watch.stop)
            await self._pass_until(stop, background)

    async def _pass_until(self, stop: asyncio.Event, background: Sequence[asyncio.Task[None]]) -> None:
        """Pass from when the caches are filled until told to stop; a background task that ends is a bug, and raises."""
        stopped, filled = asyncio.create_task(stop.wait()), asyncio.create_task(self._filled())
        await _first(stopped, filled, *background)
        if filled.done():
            self.watch.start()  # not before: kopf never finds a resource that was not there when it began
            log.info("watching", connectors=len(self.connectors), secrets=len(self.secrets))
            passes = asyncio.create_task(self.scheduler.serve())
            try:
                await _first(stopped, passes, *background)
            finally:
                log.info("stopping: what is in flight is finished first")
                self.scheduler.stop()
                await asyncio.wait([passes], timeout=LAST_MINUTE)
        await _cancel([stopped, filled])

    async def _filled(self) -> None:
        await self.informer.synced.wait()
        await self.lister.loop.listed.wait()

    def _unready(self) -> str | None:
        return None if self.informer.synced.is_set() and self.lister.loop.listed.is_set() else "the caches are filling"


async def _first(stopped: asyncio.Task[Any], *others: asyncio.Task[Any]) -> None:
    """Wait for the first of some tasks; raise what ended it, unless it was asked to."""
    done, _ = await asyncio.wait((stopped, *others), return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    operator = Operator(settings, Access.load(settings.kubeconfig))
    gc.collect()
    gc.freeze()  # what was imported lives for ever: the collector need not walk it while tokens are due
    gc.set_threshold(50_000, 20, 50)
    await operator.run(stop)


def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or SIGINT."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    uvloop.run(_main(settings))
