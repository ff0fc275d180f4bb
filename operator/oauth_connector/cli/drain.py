"""`oauth-connector drain`: stop the operator, and wait until its Pods have ended.

The chart runs it before an uninstall. Helm deletes Deployment and permissions at once, and a token response that is not
stored by then is lost. A Pod that ends finishes what is in flight first, so the Pods need the permissions until then.
"""

import argparse
import asyncio
import sys
import time

from oauth_connector.api.names import FIELD_MANAGER
from oauth_connector.cli.usage_error import UsageError
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.errors import NOT_FOUND, TRANSIENT, AccessError, KubeError
from oauth_connector.kube.paths import pod_path, scale_path

PAUSE = 1.0
"""Seconds between two lists of Pods."""
RUNNING = "status.phase!=Succeeded,status.phase!=Failed"
"""Pods that have ended may stay as objects; they hold nothing."""


class DrainError(Exception):
    """The operator could not be stopped in time; the message states what prevents it."""


async def drain_deployment(api: KubeAPI, namespace: str, name: str, patience: float) -> None:
    """Scale a Deployment to zero and wait until no Pod of it runs; it may be absent.

    Needs `patch` for the scale of the Deployment and `list` for Pods. Raises `DrainError` after `patience` seconds, or
    if the API server rejects a request.
    """
    deadline, stop = time.monotonic() + patience, _Stop(api, namespace, name)
    while obstacle := await stop.find_obstacle():
        if time.monotonic() > deadline:
            raise DrainError(f"After {patience:g} s, {obstacle}.")
        await asyncio.sleep(PAUSE)


class _Stop:
    """The stop of one Deployment."""

    def __init__(self, api: KubeAPI, namespace: str, name: str) -> None:
        self._api, self._namespace, self._name = api, namespace, name
        self._selector: str | None = None

    async def find_obstacle(self) -> str | None:
        """Scale the Deployment once, and return why it has not stopped yet. Raises `DrainError`."""
        try:
            if self._selector is None:
                self._selector = await self._scale_to_zero()
            running = await self._count_pods() if self._selector else 0
        except KubeError as error:
            if error.status not in TRANSIENT:
                raise DrainError(f"The API server rejects the request: {error}.") from None
            return f"the API server does not respond: {error}"
        return f"{running} Pods of Deployment {self._name} have not ended" if running else None

    async def _scale_to_zero(self) -> str:
        """Return the selector of the Pods, or an empty text if there is no such Deployment."""
        path = scale_path(self._namespace, self._name)
        try:
            scale = await self._api.merge_patch(path, {"spec": {"replicas": 0}}, FIELD_MANAGER)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return ""
            raise
        selector: str = scale["status"]["selector"]
        return selector

    async def _count_pods(self) -> int:
        query = {"labelSelector": self._selector or "", "fieldSelector": RUNNING}
        pages = self._api.read_pages(pod_path(self._namespace), query, METADATA_LIST)
        return sum([len(page["items"] or ()) async for page in pages])


def run_drain(given: argparse.Namespace) -> int:
    """Run the command and return its exit status. Raises `UsageError` if the cluster cannot be reached."""
    namespace = given.namespace or own_namespace()
    try:
        asyncio.run(_run(given, namespace))
    except AccessError as error:
        raise UsageError(str(error)) from None
    except DrainError as error:
        print(f"oauth-connector: {error}", file=sys.stderr)
        return 1
    print(f"No Pod of Deployment {namespace}/{given.deployment} runs.")
    return 0


async def _run(given: argparse.Namespace, namespace: str) -> None:
    async with KubeAPI(Access.load(given.kubeconfig)) as api:
        await drain_deployment(api, namespace, given.deployment, given.timeout)
