"""`oauth-connector drain`: stop the operator, and wait until its Pods have ended.

The chart runs it before an uninstall, and before an upgrade or a rollback that leaves out namespaces. Helm deletes
permissions at once, and a token response that is not stored by then is lost. A Pod that ends finishes what is in flight
first, so the Pods need the permissions until then.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any

from oauth_connector.cli.usage_error import UsageError
from oauth_connector.kube.access import Access, own_namespace
from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.errors import NOT_FOUND, TRANSIENT, AccessError, KubeError
from oauth_connector.kube.paths import deployment_path

NAMESPACES = "oauthconnector.dev/namespaces"
"""The annotation of the Deployment with the namespaces of its operator, separated by commas."""
EVERY = "*"
"""Stands for all namespaces."""
PAUSE = 1.0
"""Seconds between two reads of the Deployment."""


class DrainError(Exception):
    """The operator could not be stopped in time; the message states what prevents it."""


async def drain_deployment(
    api: KubeAPI, namespace: str, name: str, patience: float, kept: frozenset[str] = frozenset()
) -> bool:
    """Delete a Deployment, wait until it is gone, and return True. It may be absent.

    If `kept` contains all namespaces of its operator, or `*`, return False and delete nothing. Needs `get` and `delete`
    for the Deployment. Raises `DrainError` after `patience` seconds, or if the API server rejects a request.
    """
    deadline, stop = time.monotonic() + patience, _Stop(api, namespace, name, kept)
    while obstacle := await stop.find_obstacle():
        if time.monotonic() > deadline:
            raise DrainError(f"After {patience:g} s, {obstacle}.")
        await asyncio.sleep(PAUSE)
    return stop.is_complete


class _Stop:
    """The stop of one Deployment.

    It is deleted in the foreground: then it exists until the last of its Pods has ended. It is not scaled to zero,
    because the client that scales owns `replicas` from then on, and the next apply of Helm would be a conflict.
    """

    def __init__(self, api: KubeAPI, namespace: str, name: str, kept: frozenset[str]) -> None:
        self._api, self._path, self._name, self._kept = api, deployment_path(namespace, name), name, kept
        self.is_complete = False

    async def find_obstacle(self) -> str | None:
        """Delete the Deployment if it is to be stopped, and return why it is not gone yet. Raises `DrainError`."""
        try:
            metadata = (await self._api.get(self._path, METADATA))["metadata"]
            if "deletionTimestamp" not in metadata:
                if not has_lost_namespaces(metadata, self._kept):
                    return None
                await self._api.request("DELETE", self._path, body={"propagationPolicy": "Foreground"})
        except KubeError as error:
            return self._judge(error)
        return f"Pods of Deployment {self._name} have not ended"

    def _judge(self, error: KubeError) -> str | None:
        if error.status == NOT_FOUND:
            self.is_complete = True
            return None
        if error.status not in TRANSIENT:
            raise DrainError(f"The API server rejects the request: {error}.") from None
        return f"the API server does not respond: {error}"


def has_lost_namespaces(metadata: Mapping[str, Any], kept: frozenset[str]) -> bool:
    """Return whether a Deployment has namespaces that are not kept; without its annotation, it has all of them."""
    own = (metadata.get("annotations") or {}).get(NAMESPACES, EVERY)
    return EVERY not in kept and not kept.issuperset(own.split(","))


def run_drain(given: argparse.Namespace) -> int:
    """Run the command and return its exit status. Raises `UsageError` if the cluster cannot be reached."""
    namespace = given.namespace or own_namespace()
    try:
        is_stopped = asyncio.run(_run(given, namespace))
    except AccessError as error:
        raise UsageError(str(error)) from None
    except DrainError as error:
        print(f"oauth-connector: {error}", file=sys.stderr)
        return 1
    deployment = f"Deployment {namespace}/{given.deployment}"
    print(f"No Pod of {deployment} runs." if is_stopped else f"{deployment} keeps its namespaces and is not stopped.")
    return 0


async def _run(given: argparse.Namespace, namespace: str) -> bool:
    async with KubeAPI(Access.load(given.kubeconfig)) as api:
        kept = frozenset(filter(None, given.unless_within.split(",")))
        return await drain_deployment(api, namespace, given.deployment, given.timeout, kept)
