"""What `kubectl oauth` asks of connectors by annotation, and what it says of them."""

import argparse
import asyncio
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from oauth_connector.api.names import CONNECTOR_KIND, REFRESH_REQUESTED, REVOKE_REQUESTED
from oauth_connector.api.schema.times import format_time
from oauth_connector.kubectl_plugin import tables as table
from oauth_connector.kubectl_plugin import time_format as moments
from oauth_connector.kubectl_plugin.connector_view import CONSENT, FAILED, ConnectorView
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import CommandFailed, PluginUsageError
from oauth_connector.kubectl_plugin.terminal import is_interactive

REFRESHED, REVOKED = "lastHandledRefresh", "lastHandledRevoke"
PACE = 0.5
PROBLEM = 1


async def status(site: PluginContext, given: argparse.Namespace) -> int:
    """Show connectors: 1 where one is not ready."""
    if given.name and (given.selector or given.all_namespaces):
        raise PluginUsageError("status: give a name, or -A and -l, and not both.")
    if given.name:
        standing = ConnectorView(await site.connector(given.name))
        show(site, standing, given.output)
        return 0 if standing.is_ready else PROBLEM
    found = [
        ConnectorView(item) for item in await site.connectors(given.selector or "", everywhere=given.all_namespaces)
    ]
    if given.output == "json":
        print(json.dumps([standing.facts() for standing in found], indent=2))
    elif found:
        table.show_table(found, site.now, everywhere=given.all_namespaces)
    else:
        place = "the cluster" if given.all_namespaces else f"namespace {site.namespace}"
        site.narration.say(f"There is no {CONNECTOR_KIND} in {place}.")
    return 0 if all(standing.is_ready for standing in found) else PROBLEM


def show(site: PluginContext, standing: ConnectorView, output: str) -> None:
    """Show one connector."""
    if output == "json":
        print(json.dumps(standing.facts(), indent=2))
    else:
        table.show_one(standing, site.now)


async def refresh(site: PluginContext, given: argparse.Namespace) -> int:
    """Request tokens; with `--wait` say what came of it. Raises `PluginUsageError` without exactly one choice."""
    if bool(given.names) == bool(given.selector):
        raise PluginUsageError("refresh: give names of connectors, or -l SELECTOR, and not both.")
    names = given.names
    if given.selector:
        names = [ConnectorView(item).name for item in await site.connectors(given.selector)]
        if not names:
            site.narration.say(f"There is no {CONNECTOR_KIND} with {given.selector} in namespace {site.namespace}.")
    outcomes = await asyncio.gather(*(_refreshed(site, name, given) for name in names))
    return max(outcomes, default=0)


async def _refreshed(site: PluginContext, name: str, given: argparse.Namespace) -> int:
    try:
        asked = await site.annotate(name, REFRESH_REQUESTED, value := unique(site))
        if not given.wait or ConnectorView(asked).spec.get("suspend"):
            return _noted(site, ConnectorView(asked))
        return _told(site, await _echoed(site, name, (REFRESHED, value), given.timeout))
    except CommandFailed as trouble:
        site.narration.say(str(trouble), "✗", "red")
        return PROBLEM


def _noted(site: PluginContext, standing: ConnectorView) -> int:
    if not standing.spec.get("suspend"):
        site.narration.well(f"{standing.name}: a refresh is asked for")
        return 0
    site.narration.say(f"{standing.name} is suspended, and is refreshed when spec.suspend is false again.", "✗", "red")
    return PROBLEM


def _told(site: PluginContext, standing: ConnectorView) -> int:
    consent = standing.condition(CONSENT)
    if standing.is_ready and standing.text("lastError", "reason") is None:
        at = moments.relative(standing.time("expirationTime"), site.now)
        site.narration.well(f"{standing.name}: refreshed; the token expires {at}")
        if consent is not None:
            site.narration.warn(f"{standing.name}: {consent.reason}: {consent.message}")
        return 0
    found = standing.condition(FAILED) or consent or standing.ready
    site.narration.say(f"{standing.name}: {found.reason}: {found.message}", "✗", "red")
    return PROBLEM


async def revoke(site: PluginContext, given: argparse.Namespace) -> int:
    """Have a connector's tokens revoked, once somebody has agreed. Raises `PluginUsageError` where nobody could."""
    standing = ConnectorView(await site.connector(given.name))
    if not given.yes:
        await _agreed(site, standing)
    value = unique(site)
    await site.annotate(given.name, REVOKE_REQUESTED, value)
    standing = await _echoed(site, given.name, (REVOKED, value), given.timeout)
    result = standing.text("lastRevocation")
    if result in _WELL:
        site.narration.well(f"{given.name}: {_WELL[result]}")
    else:
        site.narration.warn(f"{given.name}: {_NOT_QUITE.get(result, _NOT_QUITE[None])}")
    show(site, standing, given.output)
    return 0 if result in _WELL else PROBLEM


_WELL: Mapping[str | None, str] = {
    "Revoked": "the provider has revoked the grant",
    "Nothing": "there was nothing to revoke",
}
_NOT_QUITE: Mapping[str | None, str] = {
    "NoEndpoint": "forgotten here, but the provider has no revocation endpoint: end the grant at your account there",
    None: "forgotten here, but the provider refused or did not answer: end the grant at your account there",
}
"""By `status.lastRevocation`; under `None` what is said of all others."""


async def _agreed(site: PluginContext, standing: ConnectorView) -> None:
    if not is_interactive():
        raise PluginUsageError("revoke: nobody is here to be asked; give --yes.")
    secret = f"the token in Secret {standing.secret}" if standing.secret else "its token"
    site.narration.warn(f"Whoever uses {secret} loses access, and a person must consent again.")
    answer = await site.narration.ask(f"Revoke {standing.name} in namespace {standing.namespace}? [y/N] ")
    if answer.lower() not in ("y", "yes"):
        raise CommandFailed("Nothing was revoked.")


async def _echoed(site: PluginContext, name: str, echo: tuple[str, str], seconds: int) -> ConnectorView:
    """Wait until a field of status holds a value. Raises `CommandFailed`."""
    field, value = echo
    until = site.now + timedelta(seconds=seconds)
    while True:
        standing = ConnectorView(await site.connector(name))
        if standing.status.get(field) == value:
            return standing
        if site.now >= until:
            raise CommandFailed(
                f"{name}: the operator has not acted within {moments.span(seconds)}: does it run, and is it of a"
                f" release that knows this? The request stands. Now: {standing.ready.reason}: {standing.ready.message}"
            )
        site.narration.progress(f"{name}: waiting for the operator", moments.span((until - site.now).total_seconds()))
        await asyncio.sleep(PACE)


def unique(site: PluginContext) -> str:
    """Make a value that no annotation has had: the time, for whoever reads it, and something random."""
    return f"{format_time(site.now)}-{secrets.token_hex(4)}"
