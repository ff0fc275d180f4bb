"""What one reconciliation knows about one connector, gathered before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

from pydantic import SecretStr

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.denied_write import DeniedWrite
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.device_code import DeviceCode
from oauth_connector.oauth.lifetimes import LifetimeSource


class Key(NamedTuple):
    """The namespace and name of a connector. A tuple, because it is looked up dozens of times in a reconciliation."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorObject:
    """The metadata and status of an `OAuthConnector`, as far as a reconciliation needs them."""

    key: Key
    uid: str
    resource_version: str
    generation: int
    deleting: bool
    status: OAuthConnectorStatus
    refresh_request: str | None = None
    revoke_request: str | None = None

    def is_same_request(self, other: "ConnectorObject") -> bool:
        """Return whether nothing that a decision depends on has changed between two reads."""
        return self._request() == other._request()  # noqa: SLF001  # of the same class

    def _request(self) -> tuple[object, ...]:
        requested = (self.refresh_request, self.revoke_request)
        handled = (self.status.last_handled_refresh, self.status.last_handled_revoke)  # perhaps by another process
        return (self.uid, self.generation, self.deleting, requested, handled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector(ConnectorObject):
    """An `OAuthConnector` with a valid spec."""

    spec: OAuthConnectorSpec

    @property
    def output_name(self) -> str:
        """Return the name of the output Secret."""
        return self.spec.output_secret_name(self.key.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidConnector(ConnectorObject):
    """An `OAuthConnector` whose spec is invalid: a newer or older CRD has admitted it. `problems` is never empty."""

    problems: tuple[FieldProblem, ...]


AnyConnector = Connector | InvalidConnector

_OBJECT_FIELDS = tuple(member.name for member in fields(ConnectorObject))


def parsed_spec(connector: AnyConnector) -> OAuthConnectorSpec | tuple[FieldProblem, ...]:
    """Return the spec as `parse_spec` returns it."""
    return connector.spec if isinstance(connector, Connector) else connector.problems


def with_spec(resource: ConnectorObject, spec: OAuthConnectorSpec | tuple[FieldProblem, ...]) -> AnyConnector:
    """Return the connector with a spec as `parse_spec` returns it: the model, or the fields that are wrong."""
    members = {name: getattr(resource, name) for name in _OBJECT_FIELDS}
    if isinstance(spec, OAuthConnectorSpec):
        return Connector(**members, spec=spec)
    return InvalidConnector(**members, problems=spec)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token: when it was requested and when it expires (seconds since the epoch; `None` = unknown).

    `digest` is that of its request and stays with it: a token that is rendered again does not satisfy a changed
    spec. `lifetime_source` is where `expires` is from, `None` where that is not known.
    """

    access_token: SecretStr
    token_type: str
    issued: int
    expires: int | None
    digest: str
    scope: tuple[str, ...] | None = None
    fields: Mapping[str, SecretStr] = field(default_factory=dict)
    lifetime_source: LifetimeSource | None = None


@dataclass(frozen=True, slots=True)
class PendingCode:
    """What a consent gives the operator to present: the code of a redirect, once, or a device code, to poll with.

    `consent` and `uid` name the OAuthConsent. The redirect named `token_url`, and has the `fields` to publish. `issuer`
    is the one that the user saw, where a resource has led to it, and `client_id` the client.
    """

    consent: str
    uid: str
    requested_by: str
    grant: AuthorizationCode | DeviceCode
    token_url: str | None = None
    fields: Mapping[str, SecretStr] = field(default_factory=dict)
    issuer: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class KnownConflict:
    """A live read found that the output Secret is not owned by the connector: why, and when it was read."""

    problem: Problem
    seen: float


@dataclass(frozen=True, slots=True, order=True)
class CredentialVersion:
    """One version of one credential Secret; `uid` and `resource_version` are empty while the Secret is missing."""

    name: str
    uid: str = ""
    resource_version: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt with these versions of the credentials; not `outbound` where nothing was sent.

    `digest` is that of the request, and `rules` that of the operator's rules. `used_previous`: the provider refused the
    client secret and accepted the previous one. `issuer` and `token_url` are what a resource led to.
    """

    credentials: tuple[CredentialVersion, ...]
    digest: str
    outbound: bool = True
    rules: str = ""
    used_previous: bool = False
    issuer: str | None = None
    token_url: str = ""


@dataclass(frozen=True, slots=True)
class PendingToken:
    """A token whose write was rejected or failed. It stays in memory, so that no other token is requested."""

    token: IssuedToken
    attempt: Attempt | None = None

    @property
    def size(self) -> int:
        """Return the number of characters that it keeps in memory."""
        return len(self.token.access_token) + sum(len(value) for value in self.token.fields.values())


@dataclass(frozen=True, slots=True)
class ConnectorMemory:
    """What the process remembers of a connector between reconciliations; a restart may forget it.

    `pending` is `None` after a denied write where memory has no space for the token. `set_back` is by how many
    seconds the clock was set back since the token was issued: it expires so much earlier than its Secret says.
    `attempt` is the last claim of this process, whose outcome it knows; `revocations` counts attempts to revoke a
    grant. `arrived` is when a label selector began to select it: another install was responsible before. `doubts`
    counts the failures since a response was lost: the outcome of its request is unknown until one succeeds or is
    refused. `known_versions` are resource versions of its Secrets that this process has written or verified. `uid` is
    that of the connector, since another one may get its name.
    """

    pending: PendingToken | None = None
    denied_write: DeniedWrite | None = None
    conflict: KnownConflict | None = None
    last_call: float | None = None
    repairs: tuple[float, ...] = ()
    repeats_tokens: bool = False
    set_back: float = 0.0
    attempt: str | None = None
    revocations: int = 0
    arrived: float = 0.0
    doubts: int = 0
    known_versions: tuple[str, ...] = ()
    uid: str = ""

    def with_known_version(self, version: str) -> "ConnectorMemory":
        """Return the memory with the version of a Secret; the last few are kept."""
        return replace(self, known_versions=(*self.known_versions[-3:], version))


@dataclass(frozen=True, slots=True)
class SharedToken:
    """Another connector with the same initial refresh token.

    `is_used_up`: the provider has replaced the token when that connector presented it. Otherwise that connector comes
    first, and has not presented it yet.
    """

    holder: str
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that the checks depend on.

    `output` is the output Secret; `orphans` are Secrets of this connector under other names; `credentials` are the
    versions that were just read, or `None` where they were not needed. `started` is when this process began to lead, or
    to be responsible for the connector: another one may have sent a request right before. `claim_abandoned`: the
    process that wrote the claim in the state Secret has nothing in flight. `state` is the state Secret, by its
    metadata; `state_problem` is why it is not used; `shared_token` is set while another connector keeps this one from
    presenting its initial refresh token; `code` is an unused code from the user's browser; `redirect_uri` is the
    redirect URI, if the connector has one; `rules` is the digest of the operator's rules, which forbid
    `forbidden_label` in the spec.
    """

    now: float
    connector: Connector
    token_digest: str = ""
    output_digest: str = ""
    output: SecretMetadata | None = None
    orphans: tuple[SecretMetadata, ...] = ()
    credentials: tuple[CredentialVersion, ...] | None = None
    memory: ConnectorMemory = field(default_factory=ConnectorMemory)
    started: float = 0.0
    state: SecretMetadata | None = None
    state_problem: Problem | None = None
    shared_token: SharedToken | None = None
    code: PendingCode | None = None
    redirect_uri: str | None = None
    claim_abandoned: bool = False
    rules: str = ""
    forbidden_label: str | None = None
