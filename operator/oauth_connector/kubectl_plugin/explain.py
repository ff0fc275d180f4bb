"""`kubectl oauth explain`: what the operator does next about a connector, when and why; also after an edit."""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from oauth_connector.api.names import CONNECTOR_KIND
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.connector.observation import Connector, InvalidConnector
from oauth_connector.connector.status.forecast import ForecastEvent, forecast
from oauth_connector.connector.status.problem import invalid_spec
from oauth_connector.connector.status.report import build_message
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kubectl_plugin.commands import PROBLEM
from oauth_connector.kubectl_plugin.context import KubeObject, PluginContext
from oauth_connector.kubectl_plugin.errors import PluginUsageError
from oauth_connector.kubectl_plugin.time_format import format_relative
from oauth_connector.kubectl_plugin.user_credentials import UserCredentials
from oauth_connector.kubectl_plugin.user_observation import observe
from oauth_connector.telemetry.terminal_text import strip_control_characters

_ASSUMED = "You are not allowed to read its Secrets: they are assumed to be as status describes them."


async def explain(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Print the forecast. Return 1 where something is wrong. Raises `CommandFailed` and `PluginUsageError`."""
    manifest = await context.read_connector(arguments.name)
    live = parse_connector(manifest)
    edited = parse_connector(_edit(manifest, arguments.file)) if arguments.file is not None else live
    now, is_assumed = context.now.timestamp(), False
    if isinstance(edited, InvalidConnector):
        events: Sequence[ForecastEvent] = (_reject(edited, now),)
    else:
        before = live if isinstance(live, Connector) else edited
        seen = await observe(before, edited, UserCredentials(context), now)
        events, is_assumed = forecast(seen.value), seen.is_assumed
    if arguments.output == "json":
        print(json.dumps([_to_json(event) for event in events], indent=2))
    else:
        _print_events(events, now)
    if is_assumed:
        context.terminal.warn(_ASSUMED)
    return PROBLEM if any(event.problem is not None for event in events) else 0


def _reject(connector: InvalidConnector, now: float) -> ForecastEvent:
    problem = invalid_spec(connector.problems)
    return ForecastEvent(
        now, "request no token", build_message(connector, problem, problem.reason).rstrip("."), problem
    )


def _edit(manifest: KubeObject, file: Path) -> KubeObject:
    """Return a connector with the spec and the annotations of a file. Raises `PluginUsageError`."""
    name = manifest["metadata"]["name"]
    try:
        documents = [each for each in yaml.safe_load_all(file.read_text("utf-8")) if isinstance(each, dict)]
    except OSError as error:
        raise PluginUsageError(f"explain: -f {file}: {error.strerror or 'cannot be read'}.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PluginUsageError(f"explain: -f {file}: not YAML.") from None
    found = [each for each in documents if each.get("kind") == CONNECTOR_KIND and _metadata(each).get("name") == name]
    if len(found) != 1:
        raise PluginUsageError(f"explain: -f {file}: {len(found)} manifests of {CONNECTOR_KIND} {name}. Pass one.")
    own, changed = manifest["metadata"], _metadata(found[0]).get("annotations") or {}
    annotations = {**(own.get("annotations") or {}), **{key: str(value) for key, value in changed.items()}}
    metadata = {**own, "generation": own.get("generation", 1) + 1, "annotations": annotations}
    return {**manifest, "metadata": metadata, "spec": found[0].get("spec") or {}}


def _metadata(document: KubeObject) -> dict[str, Any]:
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _print_events(events: Sequence[ForecastEvent], now: float) -> None:
    for event in events:
        print(f"{_describe_time(event.at, now):<10}{strip_control_characters(_describe_event(event))}")


def _describe_event(event: ForecastEvent) -> str:
    reason = f"{event.problem.reason.value}: " if event.problem is not None else ""
    return f"The operator will {event.action}. {reason}{event.why[0].upper()}{event.why[1:]}."


def _describe_time(at: float | None, now: float) -> str:
    if at is None:
        return "later"
    moments = (datetime.fromtimestamp(time, UTC) for time in (at, now))
    return "now" if at <= now else format_relative(*moments)


def _to_json(event: ForecastEvent) -> dict[str, object]:
    """Return an event for programs; `at` is null where no time is known, and `reason` where nothing is wrong."""
    reason = event.problem.reason.value if event.problem is not None else None
    at = format_epoch(event.at) if event.at is not None else None
    return {"at": at, "action": event.action, "why": event.why, "reason": reason}
