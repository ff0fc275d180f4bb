"""Builds the parts of the operator, each from those before it, over the edges of this process."""

import secrets as randomness
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import structlog

from oauth_connector.api.names import CONNECTORS, SECRETS
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.local_rules import JUDGED_BY_SETTINGS
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.election import Election, LeaseTiming, name_process
from oauth_connector.controller.grant_store import OnFaultPoint
from oauth_connector.controller.ports import Leadership, Ports, SoleProcess
from oauth_connector.controller.token_request_record import TokenRequestRecord
from oauth_connector.controller.workqueue import OnSetback, Workqueue, WorkqueueHooks
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.admission_policies import PolicyState, PolicyWatch
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.events import EventRecorder
from oauth_connector.kube.lease import LeaseElector, LeaseKey
from oauth_connector.kube.operator_key import KubeOperatorKeys
from oauth_connector.kube.scope import InstallScope
from oauth_connector.kube.scope_reader import ScopeReader
from oauth_connector.kube.watch import log_in_to
from oauth_connector.net.fetch import RequestLimits
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.settings.live_settings import LiveSettings
from oauth_connector.settings.operator import Settings
from oauth_connector.telemetry.connector_samples import sample_connectors
from oauth_connector.telemetry.isolation import isolate_object
from oauth_connector.telemetry.metrics import Metrics
from oauth_connector.wiring import Controller, ControllerOptions, build_controller

DELETION_DELAY = 2.0
"""Seconds until the deletion of a Secret is acted on: its connector or namespace may be deleted too."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the process that run."""

    metrics: Metrics
    memory: Memory
    workqueue: Workqueue
    on_setback: OnSetback
    api: KubeAPI
    provider: HTTPProviderClient
    controller: Controller
    reader: ScopeReader
    leadership: Leadership
    elector: LeaseElector | None
    live: LiveSettings
    policies: PolicyWatch


def build_parts(settings: Settings, access: Access, on_point: OnFaultPoint) -> Parts:
    """Build the parts. It is called in the event loop in which they run."""
    memory, metrics = Memory(), Metrics(per_object=settings.metrics_per_object)
    elector = _build_elector(settings, access, metrics) if settings.leader_election else None
    leadership = elector or SoleProcess(time.time(), _name_process(settings))
    hooks = WorkqueueHooks(metrics.observe_lateness, metrics.observe_reconcile)
    workqueue = Workqueue(time.time, hooks, workers=settings.workers, may_start=leadership.is_leading)
    arrived = partial(_note_arrival, memory) if settings.selector else None
    caches = Caches.build(workqueue.enqueue, arrived, by_namespace=bool(settings.namespaces))
    api = KubeAPI(access, metrics.count_api_request, timeout=settings.api_request_seconds)
    limits = RequestLimits(total=settings.token_request_seconds)
    provider = HTTPProviderClient(settings.egress, limits=limits, may_send=leadership.is_leading)
    keys = KubeOperatorKeys(api, settings.namespace or own_namespace())
    cluster = KubeCluster(api, caches, settings.selector)
    ports = Ports(cluster, provider, EventRecorder(api), time.time, keys, leadership)
    policy = ConsentPolicy(settings.public_url, settings.confirm_consents)
    on_request = partial(_log_token_request, metrics)
    options = ControllerOptions(policy, on_request, on_point)
    live = LiveSettings(settings, provider, lambda: enqueue_judged_by_settings(workqueue, caches.connectors))
    context = ControllerContext(ports, memory, workqueue.enqueue, lambda: live.rules)
    controller = build_controller(context, options)
    scope, login = InstallScope(settings.namespaces, settings.selector), partial(log_in_to, access)
    reader = ScopeReader(api, caches, scope, partial(_enqueue_owner, workqueue), login)
    policies = _build_policy_watch(settings, api, metrics)
    on_setback = partial(_handle_setback, memory, caches.connectors)
    parts = Parts(
        metrics, memory, workqueue, on_setback, api, provider, controller, reader, leadership, elector, live, policies
    )
    _register_metrics(parts)
    return parts


def _name_process(settings: Settings) -> str:
    pod = f"{settings.namespace or own_namespace()}/{settings.pod_name}" if settings.pod_name else None
    return name_process(pod, socket.gethostname(), randomness.token_hex(4))


def _build_elector(settings: Settings, access: Access, metrics: Metrics) -> LeaseElector:
    """Build the elector, with a client of its own: its time limits are shorter, and nothing else waits in it."""
    timing = LeaseTiming(settings.lease_duration_seconds, settings.renew_deadline_seconds, settings.lease_retry_seconds)
    api = KubeAPI(access, metrics.count_api_request, timeout=timing.request_timeout)
    key = LeaseKey(settings.namespace or own_namespace(), settings.own_lease_name)
    return LeaseElector(api, key, Election(_name_process(settings), timing))


def _build_policy_watch(settings: Settings, api: KubeAPI, metrics: Metrics) -> PolicyWatch:
    on_state = partial(metrics.set_policy_state, states=tuple(PolicyState))
    return PolicyWatch(api, on_state, is_limited=bool(settings.namespaces))


def _register_metrics(parts: Parts) -> None:
    metrics, queue, reader, leadership = parts.metrics, parts.workqueue, parts.reader, parts.leadership
    connectors, lease = reader.caches.connectors, str(parts.elector.key) if parts.elector is not None else ""
    metrics.watch_leader(lease, leadership.is_leading)
    # of the leader only: the sums over all processes count each connector once
    metrics.watch_connectors(lambda: sample_connectors(connectors) if leadership.is_leading() else ())
    metrics.watch_cache(SECRETS, lambda: reader.last_contact)
    metrics.watch_cache(CONNECTORS, lambda: reader.listed_at)
    metrics.watch_queues(lambda: queue.depth, lambda: queue.longest_wait, parts.controller.host_limiter.waiting)


def enqueue_judged_by_settings(workqueue: Workqueue, connectors: Iterable[AnyConnector]) -> None:
    """Reconcile the connectors whose last request the settings of the operator have prevented, and those that raise."""
    for connector in connectors:
        key, may_change = connector.key, True
        with isolate_object(CONNECTORS, key.namespace, key.name):
            error = connector.status.last_error
            may_change = error is not None and error.reason in JUDGED_BY_SETTINGS
        if may_change:
            workqueue.enqueue(key)


def _note_arrival(memory: Memory, connector: AnyConnector) -> None:
    if connector.status.conditions:  # another install may have reconciled it until now
        memory.note_arrival(connector.key, time.time())


def _enqueue_owner(workqueue: Workqueue, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
    for secret in (old, new):
        if secret is not None and secret.connector:
            at = None if new is not None else time.time() + DELETION_DELAY
            workqueue.enqueue(Key(secret.namespace, secret.connector), at)


def _log_token_request(metrics: Metrics, record: TokenRequestRecord) -> None:
    namespace = record.connector.namespace
    metrics.count_token_request(namespace, record.host, record.grant_type, record.result, record.seconds)
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
