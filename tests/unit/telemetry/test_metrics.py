"""Prometheus series: their names are a contract with dashboards and alerts."""

from oauth_connector.telemetry.host_labels import PER_NAMESPACE
from oauth_connector.telemetry.metrics import ConnectorSample, Metrics

TYPES = {
    "oauth_connector_token_requests_total": "counter",
    "oauth_connector_token_request_duration_seconds": "histogram",
    "oauth_connector_api_requests_total": "counter",
    "oauth_connector_api_request_duration_seconds": "histogram",
    "oauth_connector_reconcile_total": "counter",
    "oauth_connector_reconcile_duration_seconds": "histogram",
    "oauth_connector_reconcile_lateness_seconds": "histogram",
    "oauth_connector_workqueue_depth": "gauge",
    "oauth_connector_workqueue_oldest_age_seconds": "gauge",
    "oauth_connector_token_request_queue_depth": "gauge",
    "oauth_connector_connectors": "gauge",
    "oauth_connector_leader": "gauge",
    "oauth_connector_consents_required": "gauge",
    "oauth_connector_watch_last_event_timestamp_seconds": "gauge",
    "oauth_connector_admission_policy": "gauge",
    "oauth_connector_build_info": "gauge",
}
PER_OBJECT = {
    "oauth_connector_ready": "gauge",
    "oauth_connector_token_expiration_timestamp_seconds": "gauge",
    "oauth_connector_token_next_refresh_timestamp_seconds": "gauge",
    "oauth_connector_refresh_token_expiration_timestamp_seconds": "gauge",
}


def types(metrics: Metrics) -> dict[str, str]:
    """Read the names and types of the series of the operator from a scrape."""
    lines = (
        line.split() for line in metrics.render().decode().splitlines() if line.startswith("# TYPE oauth_connector")
    )
    return {name: kind for _, _, name, kind in lines if not name.endswith("_created")}


def series(metrics: Metrics, name: str) -> list[str]:
    """Read the lines of one name from a scrape."""
    return [line for line in metrics.render().decode().splitlines() if line.startswith((f"{name} ", f"{name}{{"))]


def test_the_series_have_their_names_and_types() -> None:
    """A renamed series would break the dashboards of users."""
    assert types(Metrics(per_object=False)) == TYPES
    assert types(Metrics()) == TYPES | PER_OBJECT


def test_two_instances_share_nothing() -> None:
    """Each instance has a registry of its own."""
    first, second = Metrics(), Metrics()
    first.observe_reconcile("success", 0.1)
    assert series(first, "oauth_connector_reconcile_total") == ['oauth_connector_reconcile_total{result="success"} 1.0']
    assert series(second, "oauth_connector_reconcile_total") == []


def test_a_token_request_is_counted_and_timed_by_host() -> None:
    """Grant and result label the count, the host alone the duration."""
    metrics = Metrics()
    metrics.count_token_request("n", "idp.example.com", "Password", "success", 0.3)
    metrics.count_token_request("n", "idp.example.com", "Password", "InvalidScope", 0.1)
    assert series(metrics, "oauth_connector_token_requests_total") == [
        'oauth_connector_token_requests_total{grant_type="Password",host="idp.example.com",result="success"} 1.0',
        'oauth_connector_token_requests_total{grant_type="Password",host="idp.example.com",result="InvalidScope"} 1.0',
    ]
    assert series(metrics, "oauth_connector_token_request_duration_seconds_count") == [
        'oauth_connector_token_request_duration_seconds_count{host="idp.example.com"} 2.0'
    ]


def test_hosts_beyond_the_bound_are_counted_together() -> None:
    """Specs may name any number of hosts; Prometheus receives a few of each namespace, and the rest as one."""
    metrics = Metrics()
    for number in range(PER_NAMESPACE + 50):
        metrics.count_token_request("n", f"h{number}.example.com", "Password", "success", 0.1)
    metrics.count_token_request("n", "h0.example.com", "Password", "success", 0.1)
    counted = series(metrics, "oauth_connector_token_requests_total")
    assert len(counted) == PER_NAMESPACE + 1
    assert 'oauth_connector_token_requests_total{grant_type="Password",host="other",result="success"} 50.0' in counted
    assert (
        'oauth_connector_token_requests_total{grant_type="Password",host="h0.example.com",result="success"} 2.0'
        in counted
    )


def test_an_api_request_is_counted_by_verb_resource_and_code() -> None:
    """A request without a response has a code too, so that every request is counted."""
    metrics = Metrics()
    metrics.count_api_request("patch", "secrets", "200", 0.02)
    metrics.count_api_request("patch", "secrets", "error", 15.0)
    assert series(metrics, "oauth_connector_api_requests_total") == [
        'oauth_connector_api_requests_total{code="200",resource="secrets",verb="patch"} 1.0',
        'oauth_connector_api_requests_total{code="error",resource="secrets",verb="patch"} 1.0',
    ]


def test_queues_lateness_and_watches_are_served() -> None:
    """Depth, age and the last event are read at the scrape; lateness is recorded as it happens."""
    metrics, waiting = Metrics(), [1, 2]
    metrics.watch_queues(lambda: len(waiting), lambda: 1.5, lambda: 7)
    metrics.observe_lateness(0.4)
    metrics.watch_cache("secrets", lambda: 1_800_000_000.0)
    waiting.append(3)
    assert series(metrics, "oauth_connector_workqueue_oldest_age_seconds") == [
        "oauth_connector_workqueue_oldest_age_seconds 1.5"
    ]
    assert series(metrics, "oauth_connector_token_request_queue_depth") == [
        "oauth_connector_token_request_queue_depth 7.0"
    ]
    assert series(metrics, "oauth_connector_workqueue_depth") == ["oauth_connector_workqueue_depth 3.0"]
    assert series(metrics, "oauth_connector_reconcile_lateness_seconds_sum") == [
        "oauth_connector_reconcile_lateness_seconds_sum 0.4"
    ]
    assert series(metrics, "oauth_connector_watch_last_event_timestamp_seconds") == [
        'oauth_connector_watch_last_event_timestamp_seconds{resource="secrets"} 1.8e+09'
    ]


def test_an_unknown_time_has_no_series_rather_than_zero() -> None:
    """A zero would mean a token that expired in 1970, and fire an alert."""
    samples = [
        ConnectorSample("a", "known", ready=True, expiration=1_800_000_000, next_refresh=1_799_999_000),
        ConnectorSample("a", "failing", ready=False),
        ConnectorSample("a", "new"),
    ]
    metrics = Metrics(lambda: samples)
    assert series(metrics, "oauth_connector_ready") == [
        'oauth_connector_ready{name="known",namespace="a"} 1.0',
        'oauth_connector_ready{name="failing",namespace="a"} 0.0',
    ]
    assert series(metrics, "oauth_connector_token_expiration_timestamp_seconds") == [
        'oauth_connector_token_expiration_timestamp_seconds{name="known",namespace="a"} 1.8e+09'
    ]


def test_a_deleted_connector_leaves_no_series() -> None:
    """The series are built at the scrape; nothing has to be removed."""
    samples = [ConnectorSample("a", "b", ready=True)]
    metrics = Metrics(lambda: samples)
    samples.clear()
    assert series(metrics, "oauth_connector_ready") == []


def test_the_build_info_shows_the_versions() -> None:
    """One series has the versions of the operator and of Python."""
    [info] = series(Metrics(), "oauth_connector_build_info")
    assert 'version="' in info
    assert 'python_version="3.' in info


def test_connectors_are_counted_by_readiness_and_reason() -> None:
    """A few series show the state of a fleet, also without series for each connector."""
    samples = [
        ConnectorSample("a", "one", ready=True, reason="TokenIssued"),
        ConnectorSample("a", "two", ready=True, reason="TokenIssued"),
        ConnectorSample("b", "three", ready=False, reason="InvalidScope"),
        ConnectorSample("b", "four"),
    ]
    for per_object in (True, False):
        assert series(Metrics(lambda: samples, per_object=per_object), "oauth_connector_connectors") == [
            'oauth_connector_connectors{ready="False",reason="InvalidScope"} 1.0',
            'oauth_connector_connectors{ready="True",reason="TokenIssued"} 2.0',
            'oauth_connector_connectors{ready="Unknown",reason=""} 1.0',
        ]


def test_connectors_that_require_a_consent_are_counted_while_their_token_is_valid() -> None:
    """An alert can fire before tokens expire, and the expiry of refresh tokens is served."""
    samples = [
        ConnectorSample("a", "one", ready=True, consent="RefreshTokenRejected", refresh_token_expiration=1_800_000_000),
        ConnectorSample("a", "two", ready=False, consent="RefreshTokenRejected"),
        ConnectorSample("b", "three", ready=True),
    ]
    metrics = Metrics(lambda: samples)
    assert series(metrics, "oauth_connector_consents_required") == [
        'oauth_connector_consents_required{reason="RefreshTokenRejected"} 2.0'
    ]
    assert series(metrics, "oauth_connector_refresh_token_expiration_timestamp_seconds") == [
        'oauth_connector_refresh_token_expiration_timestamp_seconds{name="one",namespace="a"} 1.8e+09'
    ]


def test_a_policy_is_in_one_state() -> None:
    """A state that a policy has left has the value 0, so that an alert about it ends."""
    metrics, states = Metrics(lambda: ()), ("Installed", "Missing")
    for state in ("Missing", "Installed"):
        metrics.set_policy_state("oauth-connector-secrets", state, states)
    found = series(metrics, "oauth_connector_admission_policy")
    assert sorted(line.partition("state=")[2] for line in found) == ['"Installed"} 1.0', '"Missing"} 0.0']
