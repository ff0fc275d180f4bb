"""The ports of the controllers, as small protocols: Kubernetes API, providers, clock, recorder.

`kube` and `net` implement them; the fakes of the tests pass the same contract suite.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from pydantic import SecretStr

from oauth_connector.api.names import OPAQUE
from oauth_connector.api.v1alpha1.consent import OAuthConsentStatus
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.grant.shared_tokens import TokenReference
from oauth_connector.connector.observation import AnyConnector, CredentialVersion, Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.controller.election import is_earlier_container
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.signing_key import SigningKey
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest


class ClusterUnavailable(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """The API server did not respond, or limits requests; `retry_after` is in seconds.

    The log has named the cause for all connectors already if it `is_reported`: a line for each would hide that one.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, is_reported: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.log_level = logging.DEBUG if is_reported else logging.WARNING


class Superseded(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """Another process leads, or may lead by now: what was not begun is left to it, and what is known here is old."""


@dataclass(frozen=True, slots=True)
class LiveSecret:
    """A Secret as it was just read."""

    metadata: SecretMetadata
    data: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    object_metadata: Mapping[str, object] = field(default_factory=dict, repr=False)
    type: str = OPAQUE


@dataclass(frozen=True, slots=True)
class SecretWritten:
    """A Secret was written; `live` is its new version."""

    live: LiveSecret

    @property
    def metadata(self) -> SecretMetadata:
        """Return its metadata."""
        return self.live.metadata


@dataclass(frozen=True, slots=True)
class WriteConflict:
    """Another client wrote first: the Secret exists already, was deleted, or has changed since it was read."""


@dataclass(frozen=True, slots=True)
class WriteRejected:
    """The API server rejects this write: quota, admission policy, immutability."""

    cause: str


WriteResult = SecretWritten | WriteConflict | WriteRejected


class CredentialReader(Protocol):
    """Reads credentials and CA bundles when they are used. Raises `ClusterUnavailable`."""

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret now."""

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap now."""

    async def read_any_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector now, whichever install is responsible for it."""

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read the annotations of a ServiceAccount now."""

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token of a ServiceAccount for an audience that is none of the Kubernetes API."""

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:
        """Read the operator's own token for such an audience from its file now; `None` where the file is not known."""


class Cluster(CredentialReader, Protocol):
    """The Kubernetes API: reads from caches, live reads, and writes. Live calls raise `ClusterUnavailable`."""

    def connector(self, key: Key) -> AnyConnector | None:
        """Return a connector from the cache."""

    def connectors_with_token(self, reference: TokenReference, limit: int) -> Sequence[AnyConnector]:
        """Return the connectors in the cache whose initial refresh token is in this place, the first by key."""

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Return the metadata of an operator's Secret from the cache."""

    def outputs_of(self, connector: AnyConnector) -> Iterable[SecretMetadata]:
        """Return the Secrets in the cache, in the connector's namespace, with its UID."""

    async def confirm_connector(self, key: Key) -> AnyConnector | None:
        """Return a connector as it was at most a few seconds ago, for a request that can be repeated without harm."""

    async def read_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector now, and remember it; `None` if this install is not responsible for it."""

    async def read_secret(self, namespace: str, name: str) -> LiveSecret | None:
        """Read a Secret now."""

    async def read_version(self, namespace: str, name: str) -> CredentialVersion:
        """Read the version of a credential Secret, without its data, or of a ServiceAccount (`serviceaccount/NAME`)."""

    async def is_terminating(self, namespace: str) -> bool:
        """Return whether a namespace is terminating or deleted."""

    async def create_secret(self, namespace: str, rendered: RenderedSecret) -> WriteResult:
        """Create a Secret. It must not exist yet."""

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Change a Secret. It must not have changed since it was read."""

    async def delete_secret(self, metadata: SecretMetadata) -> None:
        """Delete a Secret if it has not changed since it was read."""

    def pending_consents(self, key: Key) -> Sequence[Consent]:
        """Return the consents in the cache that are for a connector, and have neither succeeded nor failed."""

    def concluded_consents(self, key: Key, limit: int) -> Sequence[Consent]:
        """Return the oldest consents in the cache that are for a connector, and succeeded or failed."""

    async def write_consent(self, consent: Consent, status: OAuthConsentStatus) -> Consent | None:
        """Replace the status of a consent; `None` if the consent has changed since it was read."""

    async def delete_consent(self, consent: Consent) -> None:
        """Delete a consent if it has not changed since it was read."""

    async def write_status(self, connector: AnyConnector, status: OAuthConnectorStatus) -> AnyConnector | None:
        """Replace the status of a connector; `None` if the connector has changed since it was read."""


class ProviderClient(Protocol):
    """The authorization servers. A failure is returned as a value."""

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Discover an issuer's endpoints (RFC 8414), with the TLS options of the context."""

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Discover the authorization servers of a resource (RFC 9728), with the TLS options of the context."""

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Send one token request, once."""


class OperatorKeyReader(Protocol):
    """Reads the keys that are derived from the operator's own."""

    async def load(self) -> OperatorKeys:
        """Return the keys, which are created on first use. Raises `ClusterUnavailable`."""

    async def load_client_key(self) -> SigningKey:
        """Return the key of clients with metadata documents, after its public part is published.

        Raises `ClusterUnavailable`.
        """


class Recorder(Protocol):
    """Records Events, on transitions only."""

    async def record(self, connector: AnyConnector, kind: Literal["Normal", "Warning"], reason: str, note: str) -> None:
        """Record an Event about a connector; never raises."""


class Leadership(Protocol):
    """Which process of an install may start something: it leads, and the others stand by."""

    @property
    def identity(self) -> str:
        """Return the name of this process in the Lease and in claims."""

    @property
    def since(self) -> float:
        """Return when this process began to lead, in seconds since the epoch."""

    def is_leading(self) -> bool:
        """Return whether this process leads now, and no other process can."""

    async def may_take_up(self, holder: str) -> bool:
        """Return whether claims of a process can be taken up: it has ended, or it is this one."""


@dataclass(frozen=True, slots=True)
class SoleProcess:
    """The leadership of a process without leader election: it leads always, and knows of no other process."""

    since: float = 0.0
    identity: str = ""

    def is_leading(self) -> bool:
        """Return true."""
        return True

    async def may_take_up(self, holder: str) -> bool:
        """Return whether a claim is one of this process, or of an earlier container of its Pod."""
        return holder != "" and (holder == self.identity or is_earlier_container(holder, self.identity))


class Clock(Protocol):
    """Wall-clock time."""

    def __call__(self) -> float:
        """Return the seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the controllers."""

    cluster: Cluster
    provider: ProviderClient
    recorder: Recorder
    clock: Clock
    keys: OperatorKeyReader
    leadership: Leadership = SoleProcess()  # a frozen value
