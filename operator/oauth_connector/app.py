"""The operator as a process: builds the ports and the controllers, starts them, and stops them in order.

No reconciliation starts before both caches are filled. On SIGTERM nothing new starts; what is in flight is finished and
persisted; then the watches and the server stop.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
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
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import OnFaultPoint, ignore_fault_point
from oauth_connector.controller.ports import Ports
from oauth_connector.controller.token_client import TokenRequestRecord
from oauth_connector.controller.workqueue import Workqueue, WorkqueueHooks
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
from oauth_connector.telemetry.http_server import serve_application
from oauth_connector.telemetry.metrics import ConnectorSample, Metrics
from oauth_connector.wiring import Controller, ControllerOptions, build_controller

SHUTDOWN_TIMEOUT = 60.0
"""Seconds that requests in flight may take on SIGTERM: a response that cannot be persisted by then is lost."""

DELETION_DELAY = 2.0
"""Seconds until the deletion of a Secret is acted on: its connector or namespace may be deleted too."""

log = structlog.get_logger(__name__)


class Operator:
    """One process: the ports, the caches, and the controllers."""

    def __init__(self, settings: Settings, access: Access, on_point: OnFaultPoint = ignore_fault_point) -> None:
        self._settings = settings
        self._access = access
        self._memory = Memory()
        self.metrics = Metrics(self._samples, per_object=settings.metrics_per_object)
        hooks = WorkqueueHooks(self.metrics.observe_lateness, self.metrics.observe_reconcile, self._handle_setback)
        self.workqueue = Workqueue(time.time, hooks, workers=settings.workers)
        self.connectors = ConnectorCache(self.workqueue.enqueue)
        self.consents = ConsentCache(self.workqueue.enqueue)
        self.secrets = SecretCache()
        self.api = KubeAPI(access, self.metrics.count_api_request, timeout=settings.api_request_seconds)
        self.provider = HTTPProviderClient(
            settings.allowed_destinations,
            settings.trust_bundle,
            limits=RequestLimits(total=settings.token_request_seconds),
        )
        self._controller = self._build_controller(on_point)
        self.informer = SecretInformer(self.api, self.secrets, self._enqueue_owner)
        self._loop = asyncio.get_running_loop()
        self.watch = handlers.Watch(self._receive_in_thread, self._login)
        self.lister = ConnectorLister(self.api, self.connectors, self.watch.reopen)
        self._register_metrics()

    def _build_controller(self, on_point: OnFaultPoint) -> Controller:
        settings = self._settings
        cluster = KubeCluster(self.api, self.connectors, self.secrets, self.consents)
        keys = KubeConsentKeys(self.api, settings.namespace or own_namespace())
        ports = Ports(cluster, self.provider, EventRecorder(self.api), time.time, keys)
        policy = ConsentPolicy(settings.public_url, settings.confirm_consents)
        options = ControllerOptions(settings.require_allowed_hosts, policy, self._log_token_request, on_point)
        return build_controller(ControllerContext(ports, self._memory, self.workqueue.enqueue), options)

    def _register_metrics(self) -> None:
        queue, limiter = self.workqueue, self._controller.host_limiter
        self.metrics.watch_cache("secrets", lambda: time.time() - self.informer.age())
        self.metrics.watch_cache("oauthconnectors", lambda: self.lister.loop.listed_at)
        self.metrics.watch_queues(lambda: queue.depth, lambda: queue.longest_wait, limiter.waiting)

    # --- events of the watches ----------------------------------------------------------------------------------
    def _receive_in_thread(self, plural: str, kind: str | None, manifest: Mapping[str, object]) -> None:
        receive = self._receive_consent if plural == CONSENTS else self._receive_connector
        self._loop.call_soon_threadsafe(receive, kind, manifest)

    def _receive_consent(self, kind: str | None, manifest: Mapping[str, object]) -> None:
        if kind == "DELETED":
            self.consents.remove_manifest(manifest)
        else:
            self.consents.update(manifest)

    def _receive_connector(self, kind: str | None, manifest: Mapping[str, object]) -> None:
        if kind == "DELETED":
            self.connectors.remove_manifest(manifest)
        else:
            self.connectors.update(manifest)
        if kind is None:
            self.lister.loop.request()

    def _enqueue_owner(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        for secret in (old, new):
            if secret is not None and secret.connector:
                at = None if new is not None else time.time() + DELETION_DELAY
                self.workqueue.enqueue(Key(secret.namespace, secret.connector), at)

    # --- logs and metrics ---------------------------------------------------------------------------------------
    def _log_token_request(self, record: TokenRequestRecord) -> None:
        self.metrics.count_token_request(record.host, record.grant_type, record.result, record.seconds)
        write = log.debug if record.result == "success" else log.warning
        write(
            "token request",
            connector=str(record.connector),
            host=record.host,
            result=record.result,
            seconds=round(record.seconds, 3),
        )

    def _handle_setback(self, by: float) -> None:
        log.warning("the clock was set back", seconds=round(by, 1))
        self._memory.set_back([connector.key for connector in self.connectors], by)

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

    # --- run ----------------------------------------------------------------------------------------------------
    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises `OSError` when the port for health and metrics is taken."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.api)
            await stack.enter_async_context(self.provider)
            app = health.application(self.metrics, lambda: None, self._unready_reason)
            port = await stack.enter_async_context(
                serve_application(app, self._settings.http_host, self._settings.http_port)
            )
            log.info("serving health and metrics", port=port)
            consents = ConsentLister(self.api, self.consents, self.watch.reopen)
            loops = (self.informer.loop, self.lister.loop, consents.loop)
            background = [asyncio.create_task(loop.run()) for loop in loops]
            stack.push_async_callback(_cancel, background)
            stack.push_async_callback(asyncio.to_thread, self.watch.stop)
            await self._reconcile_until(stop, background)

    async def _reconcile_until(self, stop: asyncio.Event, background: Sequence[asyncio.Task[None]]) -> None:
        """Reconcile once the caches are filled, until `stop` is set; a background task that ends raises."""
        stopped, filled = asyncio.create_task(stop.wait()), asyncio.create_task(self._wait_for_caches())
        await _wait_for_first(stopped, filled, *background)
        if filled.done():
            self.watch.start()  # not before: kopf never finds a resource that did not exist when it started
            log.info("watching", connectors=len(self.connectors), secrets=len(self.secrets))
            reconciling = asyncio.create_task(self.workqueue.serve(self._controller.reconcile))
            try:
                await _wait_for_first(stopped, reconciling, *background)
            finally:
                log.info("stopping: requests in flight are finished first")
                self.workqueue.stop()
                await asyncio.wait([reconciling], timeout=SHUTDOWN_TIMEOUT)
        await _cancel([stopped, filled])

    async def _wait_for_caches(self) -> None:
        await self.informer.synced.wait()
        await self.lister.loop.listed.wait()

    def _unready_reason(self) -> str | None:
        return None if self.informer.synced.is_set() and self.lister.loop.listed.is_set() else "the caches are filling"


async def _wait_for_first(stopped: asyncio.Task[Any], *others: asyncio.Task[Any]) -> None:
    """Wait for the first of some tasks, and raise its exception, if any."""
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
    gc.freeze()  # imported modules stay for the whole run: the collector need not visit them
    gc.set_threshold(50_000, 20, 50)
    await operator.run(stop)


def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or SIGINT."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    uvloop.run(_main(settings))
