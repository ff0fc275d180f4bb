"""Ends the process after minutes in which the API server responded with nothing but 401."""

import asyncio
from contextlib import suppress

import structlog

from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import IdentityLostError, KubeError

INTERVAL = 1.0
PROBE = "/version"
"""The path of a request that every identity may send, and that changes nothing."""

log = structlog.get_logger(__name__)


async def require_identity(api: KubeAPI) -> None:
    """Wait until the identity is lost, and raise `IdentityLostError`; while it is rejected, send probes.

    Probes matter where no other request is sent, and a rejected token is sent only when it is its turn.
    """
    while not api.identity.is_lost:
        await asyncio.sleep(INTERVAL)
        if api.identity.is_rejected:
            with suppress(KubeError):
                await api.request("GET", PROBE)
    log.error(
        "the API server rejects the token, and the process ends: delete the Pod, so that its successor gets a token"
    )
    raise IdentityLostError
