"""Leader election on a Lease (`coordination.k8s.io/v1`), as the controllers of Kubernetes do it.

The leader renews the Lease every two seconds. Each write names the version that it replaces. Lost or rejected requests
end no process: it leads until its deadline, and again as soon as it could write, if no other process did before.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from oauth_connector.api.names import FIELD_MANAGER, LEASES, RELEASED_BY
from oauth_connector.api.schema.times import format_microseconds
from oauth_connector.controller.election import Election, LeaseRecord, find_pod
from oauth_connector.kube.boot_clock import read_boot_clock
from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.errors import CONFLICT, NOT_FOUND, KubeError
from oauth_connector.kube.listing import FailureLog
from oauth_connector.kube.paths import lease_path, pod_path

RELEASE_TRIES = 3
"""Tries to release the Lease at the end. Without a release another process waits until the Lease expires."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LeaseKey:
    """The namespace and the name of a Lease."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


OnLeading = Callable[[bool], None]
"""Called when this process begins to lead; true where another process may have led since it did the last time."""


class LeaseElector:
    """Implements `ports.Leadership` with a Lease.

    `api` is for this class alone, with the time limit of `LeaseTiming`: a renewal must not wait for other requests.
    """

    def __init__(
        self,
        api: KubeAPI,
        key: LeaseKey,
        election: Election,
        clock: Callable[[], float] = read_boot_clock,
    ) -> None:
        self.key = key
        self.since = 0.0
        self.is_synced = False
        self._api = api
        self._election = election
        self._clock = clock
        self._failures = FailureLog(LEASES, "the Lease cannot be read or written")
        self._leader = ""
        self._term: tuple[str, int] | None = None
        self._was_leading = False

    @property
    def identity(self) -> str:
        """Return the name of this process in the Lease."""
        return self._election.identity

    def is_leading(self) -> bool:
        """Return whether this process leads now, and no other process can."""
        return self._election.is_leading(self._clock())

    async def may_take_up(self, holder: str) -> bool:
        """Return whether a process has nothing in flight. A Pod is gone from the API when its containers have ended.

        A Pod that was deleted by force is gone at once: who does that states that it has ended. Nothing is known of the
        Pods of an install in another namespace.
        """
        if self._election.may_take_up(holder):
            return True
        namespace, _, pod = find_pod(holder).rpartition("/")
        if namespace != self.key.namespace or not await self._is_pod_gone(pod):
            return False
        self._election.note_end(holder)
        return True

    @property
    def api(self) -> KubeAPI:
        """Return the client, which must be entered before `run` and left after `release`."""
        return self._api

    async def run(self, on_leading: OnLeading) -> None:
        """Take and renew the Lease until cancelled."""
        while True:
            try:
                await self._attempt()
                self.is_synced = True
                self._failures.reset()
            except KubeError as error:
                self._failures.record(error)
            self._report(on_leading)
            await asyncio.sleep(self._election.timing.retry)

    async def release(self) -> None:
        """Empty the Lease if it names this process, so that another process leads at once. `run` must have ended."""
        for _ in range(RELEASE_TRIES):
            try:
                self._election.observe(await self._read(), self._clock())
                if self._election.is_held:
                    await self._write("")
                    log.info("the Lease is released", lease=str(self.key))
            except KubeError as error:
                log.warning("the Lease cannot be released", lease=str(self.key), cause=str(error))
            else:
                return

    async def _attempt(self) -> None:
        """Renew, or read and take the Lease if it is free; after a conflict read again. Raises `KubeError`."""
        if self._election.is_held and await self._try_to_write():
            return
        self._election.observe(await self._read(), self._clock())
        if self._election.may_write(self._clock()):
            await self._try_to_write()

    async def _try_to_write(self) -> bool:
        """Write this process into the Lease; return whether no other client was first. Raises `KubeError`."""
        try:
            await self._write(self.identity)
        except KubeError as error:
            if error.status in (CONFLICT, NOT_FOUND):
                return False
            raise
        return True

    async def _read(self) -> LeaseRecord | None:
        found = await self._api.find(lease_path(self.key.namespace, self.key.name))
        return _parse_lease(found) if found is not None else None

    async def _write(self, holder: str) -> None:
        """Replace the version that is known, or create the Lease. Raises `KubeError`."""
        started, replaced = self._clock(), self._election.replaced
        body: dict[str, object] = {"spec": self._build_spec(holder)}
        if replaced is None:
            body |= {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": self.key.name}}
            written = await self._api.create(lease_path(self.key.namespace), body, FIELD_MANAGER)
        else:
            released_by = {RELEASED_BY: self.identity} if not holder else {}
            preconditions = {"uid": replaced.uid, "resourceVersion": replaced.version}
            body["metadata"] = {**preconditions, "annotations": released_by}
            written = await self._api.merge_patch(lease_path(self.key.namespace, self.key.name), body, FIELD_MANAGER)
        self._election.confirm(_parse_lease(written), started)

    def _build_spec(self, holder: str) -> dict[str, object]:
        """Return the spec to write. Its times inform users; no process compares them with a clock."""
        now, record = format_microseconds(time.time()), self._election.record
        is_renewal = record is not None and record.holder == self.identity
        return {
            "holderIdentity": holder,
            "leaseDurationSeconds": self._election.timing.duration,
            "acquireTime": record.acquired if record is not None and is_renewal and record.acquired else now,
            "renewTime": now,
            "leaseTransitions": self._election.count_transitions(),
        }

    def _report(self, on_leading: OnLeading) -> None:
        """Log who leads where that has changed, and call `on_leading` where it is this process now."""
        record, leading = self._election.record, self.is_leading()
        term = (record.uid, record.transitions) if record is not None else None
        if leading and (term != self._term or not self._was_leading):
            is_new, self._term = term != self._term, term
            self.since = time.time() if is_new else self.since
            log.info("this process leads", lease=str(self.key), identity=self.identity)
            on_leading(is_new)
        elif self._was_leading and not leading:
            log.warning("this process does not lead any more", lease=str(self.key), identity=self.identity)
        self._was_leading = leading
        holder = record.holder if record is not None else ""
        if holder not in ("", self._leader, self.identity):
            log.info("another process leads", lease=str(self.key), leader=holder)
        self._leader = holder

    async def _is_pod_gone(self, pod: str) -> bool:
        try:
            return await self._api.find(pod_path(self.key.namespace, pod), METADATA) is None
        except KubeError:
            return False


def _parse_lease(manifest: Mapping[str, Any]) -> LeaseRecord:
    """Parse a Lease; any client may have written it, and each field of the spec may be absent."""
    metadata, spec = manifest["metadata"], manifest.get("spec") or {}
    return LeaseRecord(
        uid=metadata["uid"],
        version=metadata["resourceVersion"],
        holder=spec.get("holderIdentity") or "",
        duration=spec.get("leaseDurationSeconds") or 0,
        transitions=spec.get("leaseTransitions") or 0,
        acquired=spec.get("acquireTime") or "",
        released_by=(metadata.get("annotations") or {}).get(RELEASED_BY, ""),
    )
