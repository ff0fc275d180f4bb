"""The context of a command: an API server, a namespace, and the terminal."""

import argparse
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from oauth_connector.api.names import CLI_FIELD_MANAGER, CONNECTORS, CONSENTS, REVOKE_REQUESTED, STATE_SUFFIX
from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import BAD_REQUEST, INVALID, AccessError, KubeError
from oauth_connector.kube.paths import connector_path, consent_path
from oauth_connector.kubectl_plugin.errors import (
    APIOperation,
    CommandFailed,
    explain_api_error,
    explain_refused_revocation,
)
from oauth_connector.kubectl_plugin.terminal import Terminal

KubeObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PluginContext:
    """An API server, a namespace, and the terminal for messages."""

    api: KubeAPI
    namespace: str
    terminal: Terminal

    @property
    def now(self) -> datetime:
        """The last time that the API server reported; the local clock may be wrong."""
        return self.api.server_time or datetime.now(UTC)

    # --- connectors ---------------------------------------------------------------------------------------------
    async def read_connector(self, name: str) -> KubeObject:
        """Read a connector. Raises `CommandFailed`."""
        try:
            return await self.api.get(connector_path(self.namespace, name))
        except KubeError as error:
            raise explain_api_error(error, APIOperation("get", CONNECTORS, self.namespace, name)) from None

    async def list_connectors(self, selector: str = "", *, everywhere: bool = False) -> list[KubeObject]:
        """List connectors by namespace and name. Raises `CommandFailed`."""
        path = connector_path("" if everywhere else self.namespace)
        found: list[KubeObject] = []
        try:
            async for page in self.api.read_pages(path, {"labelSelector": selector} if selector else None):
                found += page.get("items") or []
        except KubeError as error:
            if error.status == BAD_REQUEST and selector:
                raise CommandFailed(f"-l {selector}: the API server does not take it for a label selector.") from None
            raise explain_api_error(
                error, APIOperation("list", CONNECTORS, None if everywhere else self.namespace)
            ) from None
        return sorted(found, key=lambda item: (item["metadata"]["namespace"], item["metadata"]["name"]))

    async def annotate(self, name: str, annotation: str, value: str) -> KubeObject:
        """Set an annotation of a connector. Raises `CommandFailed`."""
        body = {"metadata": {"annotations": {annotation: value}}}
        try:
            return await self.api.merge_patch(connector_path(self.namespace, name), body, CLI_FIELD_MANAGER)
        except KubeError as error:
            raise explain_api_error(error, APIOperation("patch", CONNECTORS, self.namespace, name)) from None

    async def request_revocation(self, name: str, value: str) -> None:
        """Set the annotation that requests a revocation. Raises `CommandFailed`.

        An admission policy may refuse it, with the status of an invalid object.
        """
        body = {"metadata": {"annotations": {REVOKE_REQUESTED: value}}}
        try:
            await self.api.merge_patch(connector_path(self.namespace, name), body, CLI_FIELD_MANAGER)
        except KubeError as error:
            if error.status == INVALID:
                raise CommandFailed(explain_refused_revocation(f"{name}{STATE_SUFFIX}", self.namespace)) from None
            raise explain_api_error(error, APIOperation("patch", CONNECTORS, self.namespace, name)) from None

    # --- consents -----------------------------------------------------------------------------------------------
    async def create_consent(self, body: Mapping[str, Any]) -> KubeObject:
        """Create an OAuthConsent. Raises `CommandFailed`."""
        try:
            return await self.api.create(consent_path(self.namespace), body, CLI_FIELD_MANAGER)
        except KubeError as error:
            raise explain_api_error(error, APIOperation("create", CONSENTS, self.namespace)) from None


@asynccontextmanager
async def open_context(given: argparse.Namespace) -> AsyncIterator[PluginContext]:
    """Reach the cluster that the command line names. Raises `CommandFailed`."""
    try:
        access = Access.load(given.kubeconfig, context=given.context)
        namespace = given.namespace or access.namespace or "default"
        async with KubeAPI(access) as api:
            yield PluginContext(api, namespace, Terminal())
    except AccessError as error:
        raise CommandFailed(str(error)) from None
