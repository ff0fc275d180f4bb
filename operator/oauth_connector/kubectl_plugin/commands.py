"""The commands `status`, `refresh` and `revoke`: the last two set an annotation and wait for status."""

import argparse
import asyncio
import json
import secrets
from datetime import timedelta

from oauth_connector.api.names import (
    CONNECTOR_KIND,
    CONSENT_REQUIRED,
    REFRESH_FAILED,
    REFRESH_REQUESTED,
)
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import format_time
from oauth_connector.kubectl_plugin import tables as table
from oauth_connector.kubectl_plugin import time_format
from oauth_connector.kubectl_plugin.connector_view import ConditionView, ConnectorView
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import CommandFailed, PluginUsageError
from oauth_connector.kubectl_plugin.revocation_texts import (
    REVOKED,
    describe_consequence,
    describe_remaining_access,
)
from oauth_connector.kubectl_plugin.terminal import is_interactive

HANDLED_REFRESH, HANDLED_REVOKE = "lastHandledRefresh", "lastHandledRevoke"
PACE = 0.5
PROBLEM = 1


async def show_status(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Show connectors. Return 1 if one is not ready."""
    if arguments.name and (arguments.selector or arguments.all_namespaces):
        raise PluginUsageError("status: use either a name, or -A and -l.")
    if arguments.name:
        view = ConnectorView(await context.read_connector(arguments.name))
        show_connector(context, view, arguments.output)
        return 0 if view.is_ready else PROBLEM
    found = [
        ConnectorView(item)
        for item in await context.list_connectors(arguments.selector or "", everywhere=arguments.all_namespaces)
    ]
    if arguments.output == "json":
        print(json.dumps([view.facts() for view in found], indent=2))
    elif found:
        table.show_table(found, context.now, everywhere=arguments.all_namespaces)
    else:
        place = "the cluster" if arguments.all_namespaces else f"namespace {context.namespace}"
        context.terminal.info(f"There is no {CONNECTOR_KIND} in {place}.")
    return 0 if all(view.is_ready for view in found) else PROBLEM


def show_connector(context: PluginContext, view: ConnectorView, output: str) -> None:
    """Print one connector."""
    if output == "json":
        print(json.dumps(view.facts(), indent=2))
    else:
        table.show_one(view, context.now)


async def refresh(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Request new tokens; with `--wait` report the results. Raises `PluginUsageError` without names or selector."""
    if bool(arguments.names) == bool(arguments.selector):
        raise PluginUsageError("refresh: use either names of connectors, or -l SELECTOR.")
    names = arguments.names
    if arguments.selector:
        names = [ConnectorView(item).name for item in await context.list_connectors(arguments.selector)]
        if not names:
            context.terminal.info(
                f"There is no {CONNECTOR_KIND} with {arguments.selector} in namespace {context.namespace}."
            )
    outcomes = await asyncio.gather(*(_refresh_one(context, name, arguments) for name in names))
    return max(outcomes, default=0)


async def _refresh_one(context: PluginContext, name: str, arguments: argparse.Namespace) -> int:
    try:
        asked = await context.annotate(name, REFRESH_REQUESTED, value := unique_request_value(context))
        if not arguments.wait or ConnectorView(asked).spec.get("suspend"):
            return _report_request(context, ConnectorView(asked))
        return _report_refresh(
            context, await _wait_for_status(context, name, (HANDLED_REFRESH, value), arguments.timeout)
        )
    except CommandFailed as failure:
        context.terminal.fail(str(failure))
        return PROBLEM


def _report_request(context: PluginContext, view: ConnectorView) -> int:
    if not view.spec.get("suspend"):
        context.terminal.success(f"{view.name}: refresh requested")
        return 0
    context.terminal.fail(f"{view.name} is suspended. It is refreshed when spec.suspend is false.")
    return PROBLEM


def _report_refresh(context: PluginContext, view: ConnectorView) -> int:
    consent = view.condition(CONSENT_REQUIRED)
    if view.is_ready and view.text("lastError", "reason") is None:
        at = time_format.format_relative(view.time("expirationTime"), context.now)
        context.terminal.success(f"{view.name}: refreshed; the token expires {at}")
        if consent is not None:
            context.terminal.warn(f"{view.name}: {consent.reason}: {consent.message}")
        return 0
    found = view.condition(REFRESH_FAILED) or consent or view.ready
    context.terminal.fail(f"{view.name}: {found.reason}: {found.message}")
    return PROBLEM


async def revoke(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Revoke the tokens of a connector after a confirmation.

    Raises `PluginUsageError` if there is no terminal for the question.
    """
    view = ConnectorView(await context.read_connector(arguments.name))
    if not arguments.yes:
        await _require_agreement(context, view)
    value = unique_request_value(context)
    await context.request_revocation(arguments.name, value)
    view = await _wait_for_status(context, arguments.name, (HANDLED_REVOKE, value), arguments.timeout)
    result = view.text("lastRevocation")
    if result in REVOKED:
        context.terminal.success(f"{arguments.name}: {REVOKED[result]}")
    else:
        context.terminal.warn(f"{arguments.name}: {describe_remaining_access(view.renewal, result)}")
    show_connector(context, view, arguments.output)
    return 0 if result in REVOKED else PROBLEM


async def _require_agreement(context: PluginContext, view: ConnectorView) -> None:
    if not is_interactive():
        raise PluginUsageError("revoke: the command cannot ask for confirmation without a terminal. Use --yes.")
    context.terminal.warn(describe_consequence(view.renewal, view.secret))
    answer = await context.terminal.ask(f"Revoke {view.name} in namespace {view.namespace}? [y/N] ")
    if answer.lower() not in ("y", "yes"):
        raise CommandFailed("Nothing was revoked.")


async def _wait_for_status(context: PluginContext, name: str, echo: tuple[str, str], seconds: int) -> ConnectorView:
    """Wait until a field of status has a value. Raises `CommandFailed`."""
    field, value = echo
    until, limit = context.now + timedelta(seconds=seconds), ""
    while True:
        view = ConnectorView(await context.read_connector(name))
        if view.status.get(field) == value:
            return view
        found = view.condition(REFRESH_FAILED) or view.ready
        if context.now >= until:
            raise CommandFailed(
                f"{name}: the operator did not act within {time_format.format_duration(seconds)}. Check that it runs"
                " and that its release supports this command. The request is kept. Current condition:"
                f" {found.reason}: {found.message}"
            )
        limit = _show_new_limit(context, name, found, limit)
        awaited = "the end of the limit" if limit else "the operator"
        left = time_format.format_duration((until - context.now).total_seconds())
        context.terminal.progress(f"{name}: waiting for {awaited}", left)
        await asyncio.sleep(PACE)


def _show_new_limit(context: PluginContext, name: str, found: ConditionView, shown: str) -> str:
    """Print for what limit of the provider the operator waits, and until when; return the sentence.

    It has lines of its own, once: the progress is cut at the width of the terminal.
    """
    limit = found.message if found.reason == Reason.RATE_LIMITED else ""
    if limit not in ("", shown):
        context.terminal.warn(f"{name}: {limit}")
    return limit


def unique_request_value(context: PluginContext) -> str:
    """Return a unique value for an annotation: the time, for readers, and a random part."""
    return f"{format_time(context.now)}-{secrets.token_hex(4)}"
