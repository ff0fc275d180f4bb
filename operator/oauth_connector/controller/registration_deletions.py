"""Deletes registrations (RFC 7592 §2.3): those of a connector that is deleted, and those that another client replaces.

Both are done once and not repeated: a registration that no grant uses does no harm.
"""

from dataclasses import dataclass, replace

import structlog

from oauth_connector.connector.grant.state import GrantState, read_state, state_name
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.output_secrets import load_signer
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.controller.server_finder import ServerFinder
from oauth_connector.controller.state_secrets import StateSecrets, StoredState
from oauth_connector.oauth.registration import RegisteredClient, build_deletion_request
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token import HTTPResponse

LONGEST_TRUST = 16 * 1024
"""Characters of a CA bundle that is kept for the deletion; a ConfigMap may have a megabyte, for each connector."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Deletable:
    """What deletes the registrations of a connector; a retained state Secret keeps them after its connector."""

    uid: str
    clients: tuple[RegisteredClient, ...]
    context: RequestContext
    is_retained: bool = False


class RegistrationDeletions:
    """Remembers what deletes the registrations of each connector."""

    def __init__(self, context: ControllerContext, servers: ServerFinder) -> None:
        self._provider = context.ports.provider
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._keys = context.ports.keys
        self._states = StateSecrets(context)
        self._servers = servers
        self._deletable: dict[Key, _Deletable] = {}

    async def remember(self, connector: Connector, state: GrantState) -> None:
        """Remember the registrations in a state that is stored, and delete those that it contains no more."""
        known, clients = self._deletable.get(connector.key), _list_deletable(state)
        context = await self._servers.read_context(connector) if clients else None
        if isinstance(context, RequestContext) and len(context.tls.extra_trust or "") <= LONGEST_TRUST:
            is_retained = connector.spec.is_secret_retained
            self._deletable[connector.key] = _Deletable(connector.uid, clients, context, is_retained)
        else:
            self._deletable.pop(connector.key, None)
        if known is not None:
            await self._delete(connector.key, known, [each for each in known.clients if each not in clients])

    async def delete_replaced(self, key: Key) -> None:
        """Delete the registrations that the stored state contains no more, after a consent with another client."""
        connector = self._cluster.connector(key)
        if key not in self._deletable or not isinstance(connector, Connector):
            return
        try:
            stored = await self._states.read(connector)
            if isinstance(stored, StoredState):
                await self.remember(connector, stored.state)
        except ClusterUnavailable:
            return  # the next consent of the connector does it

    async def delete_all(self, key: Key) -> None:
        """Delete the registrations of a connector that does not exist any more, if possible.

        A live read shows whether the connector exists, and another install is responsible for it. A later connector of
        the same name has other registrations.
        """
        known = self._deletable.pop(key, None)
        try:
            known = known or await self._read_deletable(key)
            if known is None or known.is_retained:
                return
            current = await self._cluster.read_any_connector(key)
            if current is not None and current.uid == known.uid:
                return
        except ClusterUnavailable:
            return
        await self._delete(key, known, known.clients)

    async def _delete(
        self, key: Key, known: _Deletable, clients: tuple[RegisteredClient, ...] | list[RegisteredClient]
    ) -> None:
        for client in clients:
            request = build_deletion_request(client)
            response = await self._provider.send(request, known.context) if request is not None else None
            status = response.status if isinstance(response, HTTPResponse) else None
            log.info("registration deleted", connector=str(key), status=status)

    async def _read_deletable(self, key: Key) -> _Deletable | None:
        """Read what this process does not remember: the state Secret exists until the garbage collector deletes it.

        The hosts that the spec named are not known any more, so that each one must be public.
        """
        name = state_name(key.name)
        cached = self._cluster.output(key.namespace, name)
        live = await self._cluster.read_secret(key.namespace, name) if cached is not None else None
        if live is None or live.metadata.owner_uid is None:
            return None  # without an owner it is retained, and so are its registrations
        is_own = (await load_signer(self._keys)).has_signed(live.metadata, live.data)
        state = read_state(live.data) if is_own else None
        clients = _list_deletable(state) if state is not None else ()
        return _Deletable(live.metadata.owner_uid, clients, RequestContext(self._clock(), named_hosts=frozenset()))


def _list_deletable(state: GrantState) -> tuple[RegisteredClient, ...]:
    """List the registrations that can be deleted, without the secrets that this does not need."""
    known = (each for each in (state.client, state.next_client) if each is not None)
    return tuple(replace(each, secret=None) for each in known if each.management_url is not None)
