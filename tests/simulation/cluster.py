"""The fake cluster in virtual time: requests take time, and the process or the API server may fail meanwhile."""

import asyncio
from collections.abc import Callable, Iterable

from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.observation import AnyConnector, Connector
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import ClusterUnavailable, LiveSecret, SecretWritten, WriteResult
from tests.simulation.weather import Spells
from tests.support.builders import NOW
from tests.support.fake_cluster import FakeCluster

MOMENT = 0.003

OnWrite = Callable[[SecretMetadata, float], None]
"""Receives a Secret that was written, and when (seconds since the start)."""


class SimulatedCluster(FakeCluster):
    """No output Secret is renamed, so nothing needs to be searched."""

    def __init__(self, api: Spells, on_write: OnWrite) -> None:
        super().__init__()
        self.clock: Callable[[], float] = lambda: NOW
        self._api = api
        self._on_write = on_write

    def outputs_of(self, connector: AnyConnector) -> Iterable[SecretMetadata]:
        """Return the connector's one Secret."""
        assert isinstance(connector, Connector)
        found = self.output(connector.key.namespace, connector.output_name)
        return [found] if found is not None else []

    async def create_secret(self, namespace: str, rendered: RenderedSecret) -> WriteResult:
        """Create a Secret; the response follows after a moment, when the process may have been killed."""
        await asyncio.sleep(MOMENT)
        return await self._answered(await super().create_secret(namespace, rendered))

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Update a Secret."""
        await asyncio.sleep(MOMENT)
        return await self._answered(await super().update_secret(live, rendered))

    async def write_status(self, connector: AnyConnector, status: OAuthConnectorStatus) -> AnyConnector | None:
        """Replace a status."""
        await asyncio.sleep(MOMENT)
        written = await super().write_status(connector, status)
        await asyncio.sleep(MOMENT)
        return written

    async def _answered(self, result: WriteResult) -> WriteResult:
        if isinstance(result, SecretWritten):
            self._on_write(result.metadata, self.clock() - NOW)
        await asyncio.sleep(MOMENT)
        return result

    def _read(self, what: str) -> None:
        del what
        self._refuse_while_away()

    def _write(self, what: str) -> None:
        del what
        self._refuse_while_away()

    def _refuse_while_away(self) -> None:
        if self._api.at(self.clock() - NOW) is not None:
            raise ClusterUnavailable("away")
