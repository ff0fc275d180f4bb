"""A small cluster in memory: versions, UIDs, conflicts and managed fields, like the real one.

It passes the same contract suite as the adapter to the real API server (tests/contract/test_cluster.py).
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from oauth_connector.api.names import PREFIX
from oauth_connector.api.v1alpha1.consent import OAuthConsentStatus
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.grant.shared_tokens import TokenReference, find_token_reference
from oauth_connector.connector.observation import AnyConnector, CredentialVersion, Key
from oauth_connector.connector.secret.metadata import SecretMetadata, recorded_keys
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.connector.secret.signature import STATE_KEYS
from oauth_connector.controller.ports import (
    ClusterUnavailable,
    LiveSecret,
    SecretWritten,
    WriteConflict,
    WriteRejected,
    WriteResult,
)
from tests.support.builders import NOW, metadata_of
from tests.support.cluster_calls import Calls
from tests.support.fake_accounts import FakeAccounts


class FakeCluster(FakeAccounts):
    """Implements `ports.Cluster` over dictionaries; faults are set by the test."""

    def __init__(self, clock: Callable[[], float] = lambda: NOW) -> None:
        super().__init__()
        self.clock = clock
        self.connectors: dict[Key, AnyConnector] = {}
        self.secrets: dict[tuple[str, str], LiveSecret] = {}
        self.credentials: dict[tuple[str, str], CredentialSecret] = {}
        self.config_maps: dict[tuple[str, str], dict[str, str]] = {}
        self.consents: dict[Key, Consent] = {}
        self.calls = Calls()
        self.refuse_secrets: str | None = None
        self.refuse_consents = False
        self.consent_conflicts = 0
        self.refused_consents: set[Key] = set()
        self.unavailable = False
        self.unavailable_for = 0
        self.uncached: set[Key] = set()
        self.cached: dict[Key, AnyConnector] = {}  # as it was seconds ago, where it has changed since
        self.elsewhere: set[Key] = set()
        self.relabelled: set[Key] = set()  # elsewhere, but the cache does not show it yet
        self.terminating: set[str] = set()
        self._uids = itertools.count(1)

    # --- what a test does to it ---------------------------------------------------------------------------------
    def add(self, connector: AnyConnector) -> AnyConnector:
        """Create or replace a connector."""
        self.connectors[connector.key] = kept = replace(connector, resource_version=self._version())
        return kept

    def add_consent(self, consent: Consent) -> Consent:
        """Create or replace a consent."""
        self.consents[consent.key] = kept = replace(consent, resource_version=self._version())
        return kept

    def add_credential(self, namespace: str, name: str, **data: bytes) -> None:
        """Create or replace a credential Secret (`_` stands for `-` in keys)."""
        version = CredentialVersion(name, f"uid-{name}", self._version())
        values = {key.replace("_", "-"): value for key, value in data.items()}
        self.credentials[namespace, name] = CredentialSecret(version, data=values)

    def add_unowned(self, namespace: str, name: str) -> None:
        """Create a Secret of another owner."""
        metadata = SecretMetadata(
            namespace=namespace, name=name, uid=f"foreign-{name}", resource_version=self._version(), managed=False
        )
        self.secrets[namespace, name] = LiveSecret(metadata, {"theirs": b"x"})

    def hand_over(self, namespace: str, name: str, connector: str) -> None:
        """Annotate a Secret as its owner does to let a connector adopt it."""
        live = self.secrets[namespace, name]
        metadata = replace(live.metadata, adopt=connector, resource_version=self._version())
        self.secrets[namespace, name] = replace(live, metadata=metadata)

    def edit(self, namespace: str, name: str, **data: bytes) -> None:
        """Change a Secret as a user with kubectl does."""
        live = self.secrets[namespace, name]
        metadata = replace(live.metadata, intact=False, resource_version=self._version())
        self.secrets[namespace, name] = replace(live, metadata=metadata, data={**live.data, **data})

    def data(self, namespace: str, name: str) -> dict[str, str]:
        """Return a Secret's values as text."""
        return {key: value.decode() for key, value in self.secrets[namespace, name].data.items()}

    # --- caches -------------------------------------------------------------------------------------------------
    def connector(self, key: Key) -> AnyConnector | None:
        """Return a connector."""
        return (self.cached.get(key) or self.connectors.get(key)) if key not in self.uncached | self.elsewhere else None

    def connectors_with_token(self, reference: TokenReference, limit: int) -> Sequence[AnyConnector]:
        """Return the connectors whose initial refresh token is in this place, the first by key."""
        found = [connector for connector in self.connectors.values() if find_token_reference(connector) == reference]
        return sorted(found, key=lambda connector: connector.key)[:limit]

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Return a Secret with the operator's label."""
        live = self.secrets.get((namespace, name))
        return live.metadata if live is not None and live.metadata.managed else None

    def outputs_of(self, connector: AnyConnector) -> Iterable[SecretMetadata]:
        """Return the Secrets with the connector's UID."""
        own = (connector.key.namespace, connector.uid)
        return [s.metadata for s in self.secrets.values() if (s.metadata.namespace, s.metadata.connector_uid) == own]

    def pending_consents(self, key: Key) -> Sequence[Consent]:
        """Return the consents for a connector that have neither succeeded nor failed."""
        return [consent for consent in self.consents.values() if consent.connector == key and not consent.is_final]

    def concluded_consents(self, key: Key, limit: int) -> Sequence[Consent]:
        """Return the oldest consents for a connector that succeeded or failed."""
        concluded = [consent for consent in self.consents.values() if consent.connector == key and consent.is_final]
        return sorted(concluded, key=lambda consent: consent.created)[:limit]

    # --- live reads ---------------------------------------------------------------------------------------------
    async def read_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector."""
        self._read(f"connector {key}")
        self.uncached.discard(key)
        self.cached.pop(key, None)
        if key in self.relabelled:
            self.elsewhere.add(key)
        return self.connector(key)

    async def confirm_connector(self, key: Key) -> AnyConnector | None:
        """Return what the cache shows, if a test lets it be of the last seconds, else read a connector."""
        return self.cached.get(key) or await self.read_connector(key)

    async def read_any_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector, also one of another install."""
        self._read(f"any connector {key}")
        return self.connectors.get(key)

    async def read_secret(self, namespace: str, name: str) -> LiveSecret | None:
        """Read a Secret."""
        self._read(f"secret {name}")
        return self.secrets.get((namespace, name))

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret."""
        self._read(f"credential {name}")
        return self.credentials.get((namespace, name))

    async def read_version(self, namespace: str, name: str) -> CredentialVersion:
        """Read the version of a credential Secret."""
        self._read(f"version {name}")
        found = self.find_account(namespace, name) or self.credentials.get((namespace, name))
        return found.version if found is not None else CredentialVersion(name)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap."""
        self._read(f"configmap {name}")
        return self.config_maps.get((namespace, name))

    async def is_terminating(self, namespace: str) -> bool:
        """Return whether a namespace is terminating."""
        self._read(f"namespace {namespace}")
        return namespace in self.terminating

    # --- writes -------------------------------------------------------------------------------------------------
    async def create_secret(self, namespace: str, rendered: RenderedSecret) -> WriteResult:
        """Create a Secret."""
        self._write(f"create {rendered.name}")
        if self.refuse_secrets is not None:
            return WriteRejected(self.refuse_secrets)
        if (namespace, rendered.name) in self.secrets:
            return WriteConflict()
        return self._keep(namespace, rendered, f"secret-{next(self._uids)}")

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Update a Secret that is as it was read."""
        self._write(f"update {rendered.name}")
        if self.refuse_secrets is not None:
            return WriteRejected(self.refuse_secrets)
        current = self.secrets.get((live.metadata.namespace, live.metadata.name))
        if current is None or current.metadata.resource_version != live.metadata.resource_version:
            return WriteConflict()
        return self._keep(live.metadata.namespace, replace(rendered, type=current.type), live.metadata.uid)

    async def delete_secret(self, metadata: SecretMetadata) -> None:
        """Delete a Secret."""
        self._write(f"delete {metadata.name}")
        self.secrets.pop((metadata.namespace, metadata.name), None)

    async def write_status(self, connector: AnyConnector, status: OAuthConnectorStatus) -> AnyConnector | None:
        """Replace a status."""
        self._write(f"status {connector.key}")
        current = self.connectors.get(connector.key)
        if current is None or current.resource_version != connector.resource_version:
            return None
        self.connectors[connector.key] = kept = replace(current, status=status, resource_version=self._version())
        return kept

    async def write_consent(self, consent: Consent, status: OAuthConsentStatus) -> Consent | None:
        """Replace a consent's status."""
        self._write(f"consent {consent.key}")
        if self.refuse_consents or consent.key in self.refused_consents:
            raise ClusterUnavailable("refused")
        current, self.consent_conflicts = self.consents.get(consent.key), self.consent_conflicts - 1
        if current is None or self.consent_conflicts >= 0 or current.resource_version != consent.resource_version:
            return None
        return self.add_consent(replace(current, status=status))

    async def delete_consent(self, consent: Consent) -> None:
        """Delete a consent."""
        self._write(f"delete consent {consent.key}")
        self.consents.pop(consent.key, None)

    def _keep(self, namespace: str, rendered: RenderedSecret, uid: str) -> SecretWritten:
        key = Key(namespace, rendered.annotations[f"{PREFIX}connector"])
        connector = self.cached.get(key) or self.connectors[key]
        live = self.secrets.get((namespace, rendered.name))
        created = live.metadata.created if live is not None else int(self.clock())
        metadata = metadata_of(rendered, connector, uid=uid, resource_version=self._version(), created=created)
        data = _list_other_keys(live) if live is not None else {}
        data |= {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
        self.secrets[namespace, rendered.name] = live = LiveSecret(metadata, data, type=rendered.type)
        return SecretWritten(live)

    def _read(self, what: str) -> None:
        self.calls.reads.append(what)
        self._refuse_while_away()

    def _write(self, what: str) -> None:
        self.calls.writes.append(what)
        self._refuse_while_away()

    def _refuse_while_away(self) -> None:
        self.unavailable_for -= 1
        if self.unavailable or self.unavailable_for >= 0:
            raise ClusterUnavailable("away")


def _list_other_keys(live: LiveSecret) -> dict[str, bytes]:
    """Return what the operator has not written: the real API server keeps it."""
    own = set(recorded_keys(live.metadata.fields).values()) | STATE_KEYS
    return {key: value for key, value in live.data.items() if key not in own}
