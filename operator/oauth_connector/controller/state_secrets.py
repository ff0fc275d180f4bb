"""Reads and writes state Secrets: what is written is signed, and what is read is used only where it can be trusted."""

from dataclasses import dataclass

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.grant.provenance import FoundState, choose_content, read_published_token
from oauth_connector.connector.grant.state import GrantState, read_state, render_state, state_name, summarize
from oauth_connector.connector.observation import AnyConnector, Connector, Key
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.output_secrets import OutputSecrets, load_signer
from oauth_connector.controller.ports import LiveSecret, SecretWritten, WriteRejected
from oauth_connector.oauth.errors import Remedy

_CONFLICT = Problem(Reason.STATE_CONFLICT, Remedy.FIX_SPEC)


@dataclass(frozen=True, slots=True)
class StoredState:
    """The state as it was read or written last, and its Secret, if that exists."""

    state: GrantState
    live: LiveSecret | None


class StateSecrets:
    """The state Secrets of the connectors."""

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._keys = context.ports.keys
        self._memory = context.memory
        self._outputs = OutputSecrets(context)

    async def read(self, connector: Connector) -> StoredState | Problem:
        """Read the state of a connector; a problem where its Secret is not used. Raises `ClusterUnavailable`."""
        found = await self.read_unverified(connector)
        if isinstance(found, Problem) or found.live is None:
            return found
        metadata, signer = found.live.metadata, await load_signer(self._keys)
        is_signed = signer.has_signed(metadata, found.live.data)
        published = None if is_signed else await self._read_published(connector)
        content = choose_content(FoundState(metadata, found.state, is_signed, published), connector)
        return StoredState(content, found.live) if content is not None else _CONFLICT

    def read_notes(self, key: Key) -> GrantSummary | None:
        """Return what the annotation of a state Secret says, also one of another client."""
        state = self._cluster.output(key.namespace, state_name(key.name))
        return state.grant if state is not None else None

    async def find_notes(self, key: Key, connector: AnyConnector | None, consent: str) -> GrantSummary | None:
        """Return the notes for a consent; where its code was sent, as the content of the Secret proves them.

        Every user who may create Secrets can write an annotation by which a consent was successful. Raises
        `ClusterUnavailable`.
        """
        notes = self.read_notes(key)
        if notes is None or notes.tried != consent or not isinstance(connector, Connector):
            return notes
        stored = await self.read(connector)
        return summarize(stored.state) if isinstance(stored, StoredState) else None

    async def read_unverified(
        self, connector: Connector, if_unreadable: GrantState | None = None
    ) -> StoredState | Problem:
        """Read the state of any writer: only to decide whether it is replaced, and never to use it."""
        live = await self._cluster.read_secret(connector.key.namespace, state_name(connector.key.name))
        if live is None:
            return StoredState(GrantState(), None)
        is_state = live.metadata.grant is not None and is_owned(live.metadata, connector)
        state = (read_state(live.data) or if_unreadable) if is_state else None
        return StoredState(state, live) if state is not None else _CONFLICT

    async def write(
        self, connector: Connector, state: GrantState, live: LiveSecret | None
    ) -> StoredState | WriteRejected | None:
        """Write a state over the Secret as it was read; `None` where that has changed. Raises `ClusterUnavailable`."""
        namespace, uid = connector.key.namespace, live.metadata.uid if live is not None else ""
        signer = await load_signer(self._keys)
        rendered = signer.sign(render_state(state, connector), connector, uid)
        if live is None:
            result = await self._cluster.create_secret(namespace, rendered)
        else:
            result = await self._cluster.update_secret(live, rendered)
        if isinstance(result, SecretWritten):
            self._memory.note_version(connector.key, result.metadata.resource_version)
            return StoredState(state, result.live)
        return result if isinstance(result, WriteRejected) else None

    async def _read_published(self, connector: Connector) -> bytes | None:
        """Return the token that was published, if the Secret that status names is the operator's."""
        reference = connector.status.secret_ref
        live = await self._cluster.read_secret(connector.key.namespace, reference.name) if reference else None
        if live is None or not is_owned(live.metadata, connector):
            return None
        if not await self._outputs.has_written(connector, live):
            return None
        return read_published_token(live.metadata, live.data)
