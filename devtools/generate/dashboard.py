"""The Grafana dashboard, made from a list of panels: deploy/monitoring/dashboard.json.

JSON model: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH, HEIGHT = 12, 8


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: its title, kind and unit as Grafana names them, and queries with their legends."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"


def _quantiles(name: str, by: str = "le") -> dict[str, str]:
    rate = f"sum by ({by}) (rate({name}_bucket[$__rate_interval]))"
    labels = "".join(f" {{{{{label}}}}}" for label in by.split(", ") if label != "le")
    return {f"histogram_quantile({share}, {rate})": f"p{round(share * 100)}{labels}" for share in (0.5, 0.99)}


PANELS = (
    Panel(
        "Connectors by readiness and reason",
        {"sum by (ready, reason) (oauth_connector_connectors)": "{{ready}} {{reason}}"},
    ),
    Panel(
        "Connectors without a valid token",
        {"oauth_connector_ready == 0": "{{namespace}}/{{name}}"},
        kind="table",
    ),
    Panel(
        "Seconds to expiry, the twenty soonest",
        {"bottomk(20, oauth_connector_token_expiration_timestamp_seconds - time())": "{{namespace}}/{{name}}"},
        "s",
    ),
    Panel(
        "Seconds to the next refresh, the twenty soonest",
        {"bottomk(20, oauth_connector_token_next_refresh_timestamp_seconds - time())": "{{namespace}}/{{name}}"},
        "s",
    ),
    Panel(
        "Token requests by result",
        {"sum by (result) (rate(oauth_connector_token_requests_total[$__rate_interval]))": "{{result}}"},
        "reqps",
    ),
    Panel(
        "Failures by host and reason",
        {
            'sum by (host, result) (rate(oauth_connector_token_requests_total{result!="success"}'
            "[$__rate_interval]))": "{{host}} {{result}}"
        },
        "reqps",
    ),
    Panel(
        "Token requests: duration by host",
        _quantiles("oauth_connector_token_request_duration_seconds", "le, host"),
        "s",
    ),
    Panel("Leader", {"oauth_connector_leader": "{{lease}} {{instance}}"}),
    Panel("Lateness of reconciliations", _quantiles("oauth_connector_reconcile_lateness_seconds"), "s"),
    Panel(
        "Queues",
        {
            "oauth_connector_workqueue_depth": "due, waiting for a worker",
            "oauth_connector_token_request_queue_depth": "waiting in the queue of a token host",
        },
    ),
    Panel(
        "Age of the workqueue and of the caches",
        {
            "oauth_connector_workqueue_oldest_age_seconds": "longest wait for a worker",
            "time() - oauth_connector_watch_last_event_timestamp_seconds": "since the last event of {{resource}}",
        },
        "s",
    ),
    Panel(
        "Kubernetes API: requests",
        {
            "sum by (verb, resource, code) (rate(oauth_connector_api_requests_total"
            "[$__rate_interval]))": "{{verb}} {{resource}} {{code}}"
        },
        "reqps",
    ),
    Panel(
        "Kubernetes API: duration of requests",
        _quantiles("oauth_connector_api_request_duration_seconds", "le, verb"),
        "s",
    ),
    Panel(
        "Reconciliations by result",
        {"sum by (result) (rate(oauth_connector_reconcile_total[$__rate_interval]))": "{{result}}"},
        "ops",
    ),
    Panel(
        "Memory and CPU of the operator",
        {
            "process_resident_memory_bytes": "resident bytes",
            "rate(process_cpu_seconds_total[$__rate_interval])": "CPU seconds per second",
        },
    ),
)


def dashboard() -> str:
    """Give the dashboard as Grafana imports it."""
    variable = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    board = {
        "uid": "oauth-connector",
        "title": "OAuth connectors",
        "tags": ["oauth", "kubernetes"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [variable]},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }
    return json.dumps(board, indent=2) + "\n"


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 2)
    targets = [
        {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": query, "legendFormat": legend}
        | ({"instant": True, "format": "table"} if panel.kind == "table" else {})
        for index, (query, legend) in enumerate(panel.queries.items())
    ]
    return {
        "id": number + 1,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": targets,
    }
