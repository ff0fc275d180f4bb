"""The operator as a process: starts its parts, and stops them in order.

No reconciliation starts before both caches are filled. On SIGTERM nothing new starts; what is in flight is finished and
persisted; then the watches and the server stop.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import structlog
import uvloop

from oauth_connector.controller.grant_store import OnFaultPoint, ignore_fault_point
from oauth_connector.kube.access import Access
from oauth_connector.kube.identity_watch import require_identity
from oauth_connector.parts import Parts, build_parts
from oauth_connector.settings.operator import Settings
from oauth_connector.telemetry import health, logging
from oauth_connector.telemetry.http_server import serve_application

SHUTDOWN_TIMEOUT = 75.0
"""Seconds that requests in flight may take on SIGTERM, longer than a claim: what is not stored by then is lost.

With the release of the Lease it must be shorter than `terminationGracePeriodSeconds` of the Deployment, which is 90.
"""

log = structlog.get_logger(__name__)


class Operator:
    """One process: it stands by or leads; `build_operator` builds it."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises `OSError` when the port for health and metrics is taken, and `IdentityLostError` when the API server
        has rejected the token for minutes.
        """
        parts, reader = self._parts, self._parts.reader
        async with AsyncExitStack() as stack:
            for api in (parts.api, *([parts.elector.api] if parts.elector is not None else [])):
                await stack.enter_async_context(api)
            await stack.enter_async_context(parts.provider)
            app = health.application(parts.metrics, lambda: None, self._unready_reason)
            port = await stack.enter_async_context(
                serve_application(app, self._settings.http_host, self._settings.http_port)
            )
            log.info("serving health and metrics", port=port)
            background = [asyncio.create_task(loop) for loop in reader.loops()]
            background.append(asyncio.create_task(require_identity(parts.api)))
            background.append(asyncio.create_task(parts.live.reload.run()))
            background.append(asyncio.create_task(parts.policies.run()))
            stack.push_async_callback(_cancel, background)
            stack.push_async_callback(asyncio.to_thread, reader.stop_watch)
            await self._reconcile_until(stop, background)

    async def _reconcile_until(self, stop: asyncio.Event, background: Sequence[asyncio.Task[None]]) -> None:
        """Reconcile once the caches are filled, until `stop` is set; a background task that ends raises."""
        parts, reader = self._parts, self._parts.reader
        stopped, filled = asyncio.create_task(stop.wait()), asyncio.create_task(reader.wait())
        await _wait_for_first(stopped, filled, *background)
        if filled.done():
            reader.start_watch()
            log.info("watching", connectors=len(reader.caches.connectors), secrets=len(reader.caches.secrets))
            controller = parts.controller
            serving = parts.workqueue.serve(controller.reconcile, parts.on_setback, controller.report_error)
            reconciling = asyncio.create_task(serving)
            electing = [asyncio.create_task(parts.elector.run(self._lead))] if parts.elector is not None else []
            try:
                await _wait_for_first(stopped, reconciling, *electing, *background)
            finally:
                log.info("stopping: requests in flight are finished first")
                parts.workqueue.stop()
                await asyncio.wait([reconciling], timeout=SHUTDOWN_TIMEOUT)
                await _cancel(electing)  # not before: what is in flight may be sent only while this process leads
                if parts.elector is not None and reconciling.done():
                    await parts.elector.release()
        await _cancel([stopped, filled])

    def _lead(self, is_new: bool) -> None:  # noqa: FBT001  # the form of `OnLeading`
        """Reconcile all connectors; what was known before another process led is forgotten."""
        if is_new:
            self._parts.memory.clear()
        self._parts.workqueue.restart()

    def _unready_reason(self) -> str | None:
        rejected = self._parts.api.identity.unready_reason or self._parts.reader.unready_reason
        if rejected is None and self._parts.elector is not None and not self._parts.elector.is_synced:
            return "the Lease was not read yet"
        return rejected


def build_operator(settings: Settings, access: Access, on_point: OnFaultPoint = ignore_fault_point) -> Operator:
    """Build the operator. It is called in the event loop in which it runs."""
    return Operator(settings, build_parts(settings, access, on_point))


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
    gc.enable()  # `__main__` disables it
    await operator.run(stop)


def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or SIGINT."""
    logging.configure(settings.log_level, settings.log_format, sys.stderr)
    uvloop.run(_main(settings))
