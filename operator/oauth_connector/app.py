"""The operator as a process: builds the ports and the controllers, starts them, and stops them in order.

No reconciliation starts before both caches are filled. On SIGTERM nothing new starts; what is in flight is finished and
persisted; then the watches and the server stop.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import kopf
import structlog
import uvloop

from oauth_connector.api.names import CONNECTORS, SECRETS
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import OnFaultPoint, ignore_fault_point
from oauth_connector.controller.ports import Ports
from oauth_connector.controller.token_client import TokenRequestRecord
from oauth_connector.controller.workqueue import OnSetback, Workqueue, WorkqueueHooks
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.connector_lister import ConnectorLister
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.consent_key import KubeConsentKeys
from oauth_connector.kube.consent_lister import ConsentLister
from oauth_connector.kube.event_receiver import EventReceiver
from oauth_connector.kube.events import EventRecorder
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_informer import SecretInformer
from oauth_connector.kube.watch import Watch
from oauth_connector.net.fetch import RequestLimits
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.settings.operator import Settings
from oauth_connector.telemetry import health, logging
from oauth_connector.telemetry.connector_samples import sample_connectors
from oauth_connector.telemetry.http_server import serve_application
from oauth_connector.telemetry.metrics import Metrics
from oauth_connector.wiring import Controller, ControllerOptions, build_controller

SHUTDOWN_TIMEOUT = 60.0
"""Seconds that requests in flight may take on SIGTERM: a response that cannot be persisted by then is lost."""

DELETION_DELAY = 2.0
"""Seconds until the deletion of a Secret is acted on: its connector or namespace may be deleted too."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """What reads the objects of the cluster, and the caches that it fills."""

    connectors: ConnectorCache
    secrets: SecretCache
    informer: SecretInformer
    watch: Watch
    lister: ConnectorLister
    consent_lister: ConsentLister
    receiver: EventReceiver

    @property
    def is_read(self) -> bool:
        """Return whether the caches are filled, so that reconciliations may start."""
        return self.informer.synced.is_set() and self.lister.loop.listed.is_set()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the process that run."""

    metrics: Metrics
    workqueue: Workqueue
    on_setback: OnSetback
    api: KubeAPI
    provider: HTTPProviderClient
    controller: Controller
    sources: Sources


def build_operator(settings: Settings, access: Access, on_point: OnFaultPoint = ignore_fault_point) -> "Operator":
    """Build the parts, each from those before it. It is called in the event loop in which they run."""
    memory, metrics = Memory(), Metrics(per_object=settings.metrics_per_object)
    hooks = WorkqueueHooks(metrics.observe_lateness, metrics.observe_reconcile)
    workqueue = Workqueue(time.time, hooks, workers=settings.workers)
    connectors, consents = ConnectorCache(workqueue.enqueue), ConsentCache(workqueue.enqueue)
    secrets = SecretCache()
    api = KubeAPI(access, metrics.count_api_request, timeout=settings.api_request_seconds)
    limits = RequestLimits(total=settings.token_request_seconds)
    provider = HTTPProviderClient(settings.allowed_destinations, settings.trust_bundle, limits=limits)
    keys = KubeConsentKeys(api, settings.namespace or own_namespace())
    cluster = KubeCluster(api, connectors, secrets, consents)
    ports = Ports(cluster, provider, EventRecorder(api), time.time, keys)
    policy = ConsentPolicy(settings.public_url, settings.confirm_consents)
    on_request = partial(_log_token_request, metrics)
    options = ControllerOptions(settings.require_allowed_hosts, policy, on_request, on_point)
    controller = build_controller(ControllerContext(ports, memory, workqueue.enqueue), options)
    informer = SecretInformer(api, secrets, partial(_enqueue_owner, workqueue))
    watch = Watch(lambda: kopf.ConnectionInfo(**access.for_kopf()))
    lister = ConnectorLister(api, connectors, watch.reopen)
    consent_lister = ConsentLister(api, consents, watch.reopen)
    receiver = EventReceiver(connectors, consents, lister.loop.request)
    sources = Sources(connectors, secrets, informer, watch, lister, consent_lister, receiver)
    on_setback = partial(_handle_setback, memory, connectors)
    parts = Parts(metrics, workqueue, on_setback, api, provider, controller, sources)
    _register_metrics(parts)
    return Operator(settings, parts)


def _register_metrics(parts: Parts) -> None:
    metrics, queue, sources = parts.metrics, parts.workqueue, parts.sources
    metrics.watch_connectors(partial(sample_connectors, sources.connectors))
    metrics.watch_cache(SECRETS, lambda: time.time() - sources.informer.age())
    metrics.watch_cache(CONNECTORS, lambda: sources.lister.loop.listed_at)
    metrics.watch_queues(lambda: queue.depth, lambda: queue.longest_wait, parts.controller.host_limiter.waiting)


def _enqueue_owner(workqueue: Workqueue, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
    for secret in (old, new):
        if secret is not None and secret.connector:
            at = None if new is not None else time.time() + DELETION_DELAY
            workqueue.enqueue(Key(secret.namespace, secret.connector), at)


def _log_token_request(metrics: Metrics, record: TokenRequestRecord) -> None:
    metrics.count_token_request(record.host, record.grant_type, record.result, record.seconds)
    write = log.debug if record.result == "success" else log.warning
    write(
        "token request",
        connector=str(record.connector),
        host=record.host,
        result=record.result,
        seconds=round(record.seconds, 3),
    )


def _handle_setback(memory: Memory, connectors: ConnectorCache, by: float) -> None:
    log.warning("the clock was set back", seconds=round(by, 1))
    memory.set_back([connector.key for connector in connectors], by)


class Operator:
    """One process: the ports, the caches, and the controllers; `build_operator` builds it."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises `OSError` when the port for health and metrics is taken."""
        parts, sources = self._parts, self._parts.sources
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(parts.api)
            await stack.enter_async_context(parts.provider)
            app = health.application(parts.metrics, lambda: None, self._unready_reason)
            port = await stack.enter_async_context(
                serve_application(app, self._settings.http_host, self._settings.http_port)
            )
            log.info("serving health and metrics", port=port)
            loops = (sources.informer.loop, sources.lister.loop, sources.consent_lister.loop)
            background = [asyncio.create_task(loop.run()) for loop in loops]
            stack.push_async_callback(_cancel, background)
            stack.push_async_callback(asyncio.to_thread, sources.watch.stop)
            await self._reconcile_until(stop, background)

    async def _reconcile_until(self, stop: asyncio.Event, background: Sequence[asyncio.Task[None]]) -> None:
        """Reconcile once the caches are filled, until `stop` is set; a background task that ends raises."""
        parts, sources = self._parts, self._parts.sources
        stopped, filled = asyncio.create_task(stop.wait()), asyncio.create_task(self._wait_for_caches())
        await _wait_for_first(stopped, filled, *background)
        if filled.done():
            # not before: kopf never finds a resource that did not exist when it started
            sources.watch.start(sources.receiver.receive_in_thread)
            log.info("watching", connectors=len(sources.connectors), secrets=len(sources.secrets))
            reconciling = asyncio.create_task(parts.workqueue.serve(parts.controller.reconcile, parts.on_setback))
            try:
                await _wait_for_first(stopped, reconciling, *background)
            finally:
                log.info("stopping: requests in flight are finished first")
                parts.workqueue.stop()
                await asyncio.wait([reconciling], timeout=SHUTDOWN_TIMEOUT)
        await _cancel([stopped, filled])

    async def _wait_for_caches(self) -> None:
        await self._parts.sources.informer.synced.wait()
        await self._parts.sources.lister.loop.listed.wait()

    def _unready_reason(self) -> str | None:
        return None if self._parts.sources.is_read else "the caches are filling"


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
    operator = build_operator(settings, Access.load(settings.kubeconfig))
    gc.collect()
    gc.freeze()  # imported modules stay for the whole run: the collector need not visit them
    gc.set_threshold(50_000, 20, 50)
    await operator.run(stop)


def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or SIGINT."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    uvloop.run(_main(settings))
