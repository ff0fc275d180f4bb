"""The metrics of the operator for Prometheus: base units, and no client, user or scope as a label."""

import platform
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from oauth_connector.telemetry.host_labels import HostLabels

PREFIX = "oauth_connector"
TOKEN_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
API_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
LATENESS_BUCKETS = (0.01, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 1800)


@dataclass(frozen=True, slots=True)
class ConnectorSample:
    """The state of one connector; times are seconds since the epoch, and `None` leaves the series out.

    `ready` and `reason` are those of its condition `Ready`; before the first status there is neither. `consent` is the
    reason of `ConsentRequired`, if a consent is required, with or without a valid token.
    """

    namespace: str
    name: str
    ready: bool | None = None
    reason: str = ""
    expiration: float | None = None
    next_refresh: float | None = None
    refresh_token_expiration: float | None = None
    consent: str = ""


Read = Callable[[], float]
"""Called at each scrape for one value."""

Connectors = Callable[[], Iterable[ConnectorSample]]
"""Called at each scrape, so that a deleted connector leaves no series."""


class Metrics:
    """All series of one process, in a registry of its own; with `per_object`, each connector has series too."""

    def __init__(self, connectors: Connectors = lambda: (), *, per_object: bool = True) -> None:
        self._registry = CollectorRegistry()
        self._host_labels = HostLabels()
        self._token_requests = self._counter("token_requests", "Token requests", "host", "grant_type", "result")
        self._token_seconds = self._histogram(
            "token_request_duration", "Seconds of a token request", TOKEN_BUCKETS, "host"
        )
        self._api_requests = self._counter("api_requests", "Kubernetes API requests", "verb", "resource", "code")
        self._api_seconds = self._histogram(
            "api_request_duration", "Seconds of an API request", API_BUCKETS, "verb", "resource"
        )
        self._reconciles = self._counter("reconcile", "Reconciliations of a connector", "result")
        self._reconcile_seconds = self._histogram("reconcile_duration", "Duration of a reconciliation", TOKEN_BUCKETS)
        self._lateness = self._histogram(
            "reconcile_lateness", "From the due time of a reconciliation to its start", LATENESS_BUCKETS
        )
        self._queue = self._gauge("workqueue_depth", "Connectors that are due and wait for a worker")
        self._oldest = self._gauge(
            "workqueue_oldest_age_seconds", "For how long the connector that is due longest has waited for a worker"
        )
        self._host_queue = self._gauge("token_request_queue_depth", "Connectors in the queue of their token host")
        self._watch = self._gauge(
            "watch_last_event_timestamp_seconds", "When a cache was last known to be up to date", "resource"
        )
        self._leader = self._gauge("leader", "Whether this process leads: 1 or 0", "lease")
        self._policies = self._gauge("admission_policy", "Whether a policy is in this state: 1 or 0", "policy", "state")
        labels = {"version": _version(), "python_version": platform.python_version()}
        self._gauge("build_info", "Versions of the operator and of Python", *labels).labels(**labels).set(1)
        ProcessCollector(registry=self._registry)
        self._objects = _Objects(connectors, per_object=per_object)
        self._registry.register(self._objects)

    def count_token_request(self, namespace: str, host: str, grant_type: str, result: str, seconds: float) -> None:
        """Count a token request of a namespace; `result` is `success` or a reason of the closed set."""
        host = self._host_labels.choose(namespace, host)
        self._token_requests.labels(host, grant_type, result).inc()
        self._token_seconds.labels(host).observe(seconds)

    def count_api_request(self, verb: str, resource: str, code: str, seconds: float) -> None:
        """Count a Kubernetes API request; `code` is the HTTP status, or `error` without a response."""
        self._api_requests.labels(verb, resource, code).inc()
        self._api_seconds.labels(verb, resource).observe(seconds)

    def observe_reconcile(self, result: str, seconds: float) -> None:
        """Count a reconciliation; `result` is `success`, `unavailable` or `error`."""
        self._reconciles.labels(result).inc()
        self._reconcile_seconds.observe(seconds)

    def observe_lateness(self, seconds: float) -> None:
        """Record how long after its due time a reconciliation began."""
        self._lateness.observe(seconds)

    def watch_connectors(self, connectors: Connectors) -> None:
        """Read the state of the connectors at each scrape."""
        self._objects.connectors = connectors

    def watch_cache(self, resource: str, last_heard: Read) -> None:
        """Read at each scrape when a cache was last known to be up to date, in seconds since the epoch."""
        self._watch.labels(resource).set_function(last_heard)

    def watch_leader(self, lease: str, leads: Callable[[], bool]) -> None:
        """Read at each scrape whether this process leads, by the namespace and name of the Lease."""
        self._leader.labels(lease).set_function(lambda: float(leads()))

    def set_policy_state(self, policy: str, state: str, states: Iterable[str]) -> None:
        """Record the state of an admission policy, which is one of `states`."""
        for each in states:
            self._policies.labels(policy, each).set(float(each == state))

    def watch_queues(self, depth: Read, waited: Read, host_limiter: Read) -> None:
        """Read the three lengths of queues at each scrape."""
        self._queue.set_function(depth)
        self._oldest.set_function(waited)
        self._host_queue.set_function(host_limiter)

    def render(self) -> bytes:
        """Return all series in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, namespace=PREFIX, registry=self._registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, namespace=PREFIX, registry=self._registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(
            name, about, labels, namespace=PREFIX, unit="seconds", registry=self._registry, buckets=buckets
        )


def _version() -> str:
    try:
        return version("oauth-connector-operator")
    except PackageNotFoundError:  # started from a checkout that was never installed
        return "unknown"


class _Objects(Collector):
    """The state of the connectors, read at each scrape: counted by readiness and reason, and for each connector."""

    def __init__(self, connectors: Connectors, *, per_object: bool) -> None:
        self.connectors = connectors
        self._per_object = per_object

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Describe the series without reading the connectors, which may not be known yet."""
        return (_by_state(), _by_consent(), *(_families() if self._per_object else ()))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the families, each with the connectors for which its value is known."""
        ready, expiration, next_refresh, refresh_token = families = _families()
        states: Counts[tuple[str, str]] = Counts()
        consents: Counts[str] = Counts()
        for sample in self.connectors():
            labels = (sample.namespace, sample.name)
            states[_STATE[sample.ready], sample.reason] += 1
            consents.update([sample.consent] if sample.consent else [])
            if self._per_object:
                _add(ready, labels, sample.ready)
                _add(expiration, labels, sample.expiration)
                _add(next_refresh, labels, sample.next_refresh)
                _add(refresh_token, labels, sample.refresh_token_expiration)
        by_state, by_consent = _by_state(), _by_consent()
        for state, count in sorted(states.items()):
            _add(by_state, state, count)
        for reason, count in sorted(consents.items()):
            _add(by_consent, (reason,), count)
        yield by_state
        yield by_consent
        yield from families if self._per_object else ()


_STATE = {True: "True", False: "False", None: "Unknown"}


def _by_state() -> GaugeMetricFamily:
    about = "Connectors by their condition Ready and its reason"
    return GaugeMetricFamily(f"{PREFIX}_connectors", about, labels=("ready", "reason"))


def _by_consent() -> GaugeMetricFamily:
    about = "Connectors that require the consent of a user"
    return GaugeMetricFamily(f"{PREFIX}_consents_required", about, labels=("reason",))


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
    def family(name: str, about: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"{PREFIX}_{name}", about, labels=("namespace", "name"))

    return (
        family("ready", "Whether the Secret holds a valid token"),
        family("token_expiration_timestamp_seconds", "When the token expires"),
        family("token_next_refresh_timestamp_seconds", "When the next token is requested"),
        family("refresh_token_expiration_timestamp_seconds", "When the refresh token expires"),
    )


def _add(family: GaugeMetricFamily, labels: tuple[str, ...], value: float | None) -> None:
    if value is not None:
        family.add_metric(labels, float(value))
