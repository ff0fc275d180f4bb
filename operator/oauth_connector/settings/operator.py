"""The settings of the operator; `sources` reads them. No setting contains a secret."""

import hashlib
import math
from collections.abc import Mapping
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, DirectoryPath, Field, FilePath, StringConstraints, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from oauth_connector.api.schema.origins import PublicURL
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.egress_proxy import Bypassed, EgressProxy, ProxyURL
from oauth_connector.settings.namespace_names import NamespaceNames
from oauth_connector.settings.operator_tokens import AllowedOperatorTokens
from oauth_connector.settings.output_labels import OutputLabels
from oauth_connector.settings.sources import PREFIX, Configuration, InvalidSettings, read_settings
from oauth_connector.telemetry.logging import LogFormat

LEASE_NAME = "oauth-connector"

__all__ = ["PREFIX", "InvalidSettings", "Settings", "load"]


def _parse_text(value: object) -> object:
    """Parse the value of an environment variable as YAML (and so as JSON), like a file."""
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError:
        raise ValueError("must be YAML or JSON") from None


class Settings(Configuration):
    """The settings of the operator."""

    kubeconfig: FilePath | None = Field(
        None, description="A kubeconfig, to reach the cluster from outside; without it, the ServiceAccount of the Pod."
    )
    namespaces: NamespaceNames = Field(
        (),
        description="The namespaces that this install is responsible for, such as `[team-a, team-b]`; by default all."
        " With names, no permission outside of them is needed. Patterns are not supported.",
    )
    selector: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        "",
        description="A label selector of the connectors that this install is responsible for, such as `shard in (a,b)`;"
        " by default all.",
    )
    allowed_destinations: Annotated[tuple[AllowedDestination, ...], NoDecode, BeforeValidator(_parse_text)] = Field(
        (),
        description="Destinations that are allowed although their address is private, or without TLS:"
        " a list of `{host | cidr, ports, http}`.",
    )
    trust_bundle: FilePath | None = Field(
        None, description="A PEM file of certificate authorities that are trusted in addition to those of the system."
    )
    https_proxy: ProxyURL | None = Field(
        None,
        description="An HTTP proxy for connections to providers over TLS, such as `http://proxy.corp.example:3128`;"
        " without it, they are direct. `HTTPS_PROXY` in the environment has no effect.",
    )
    no_proxy: Annotated[Bypassed, NoDecode] = Field(
        (),
        description="Hosts that are connected to without the proxy: names, `*.corp.example` for all names below, and"
        " networks for URLs with an address.",
    )
    https_proxy_credentials: DirectoryPath | None = Field(
        None,
        description="A folder with the files `username` and `password` for the proxy: a mounted Secret of type"
        " `kubernetes.io/basic-auth`. They are read for each connection.",
    )
    https_proxy_trust_bundle: FilePath | None = Field(
        None,
        description="A PEM file of certificate authorities for a proxy with `https://`; without it, those of"
        " `trustBundle`. Authorities of the system are always trusted.",
    )
    require_allowed_hosts: bool = Field(
        default=False,
        description="Send credentials only from Secrets that name the host in `oauthconnector.dev/allowed-hosts`.",
    )
    allowed_output_labels: OutputLabels = Field(
        (),
        description="Labels of controllers that connectors may set on their Secrets, as `key` or `key=value`, such as"
        " `[argocd.argoproj.io/secret-type=repository]`. The controller then trusts what authors of connectors choose.",
    )
    service_account_tokens: bool = Field(
        default=False,
        description="Whether connectors may present tokens of ServiceAccounts that allow it (`serviceAccount`). It"
        " needs the permission to create `serviceaccounts/token`.",
    )
    operator_tokens: Annotated[AllowedOperatorTokens, NoDecode, BeforeValidator(_parse_text)] = Field(
        (),
        description="Tokens of the operator's own ServiceAccount, in files of its Pod, that connectors may present"
        " (`serviceAccount` without a name): a list of `{audience, file, namespaces, hosts}`. Users who may create"
        " connectors in these namespaces can act as the operator at these hosts.",
    )
    workers: int = Field(64, ge=1, le=1024, description="Reconciliations that may run at once.")
    token_request_seconds: float = Field(
        15,
        gt=0,
        le=60,
        description="The time limit of one request to a provider, from connect to the end of the response. A response"
        " that may contain a refresh token is awaited for a minute: without it a grant may be lost.",
    )
    api_request_seconds: float = Field(
        15, gt=0, le=60, description="The time limit of one request to the Kubernetes API, except watches."
    )
    public_url: PublicURL | None = Field(
        None,
        description="The address of the consent server for browsers, such as `https://connect.example.com`; without it,"
        " users can consent only for connectors with a redirect URI on loopback.",
    )
    confirm_consents: bool = Field(
        default=True,
        description="Whether the requester of a consent must type the code that the last page in the browser shows.",
    )
    namespace: str | None = Field(
        None,
        description="The namespace of the Secret with the key of the operator; without it, the namespace of the Pod.",
    )
    leader_election: bool = Field(
        default=True,
        description="Whether one process leads at a time, on a Lease in the namespace of the operator, and the others"
        " stand by. Without it there must be one process only.",
    )
    lease_name: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")] | None = Field(
        None,
        description="The name of the Lease; by default `oauth-connector`, followed by a digest of `namespaces` and"
        " `selector` if they are set: each install needs a Lease of its own.",
    )
    lease_duration_seconds: int = Field(
        15, ge=3, le=120, description="How long a Lease that is not renewed is respected by other processes."
    )
    renew_deadline_seconds: float = Field(
        10, ge=1, le=100, description="How long the leader starts something after it has renewed the Lease."
    )
    lease_retry_seconds: float = Field(2, gt=0, le=30, description="The time between two renewals of the Lease.")
    pod_name: str | None = Field(
        None,
        description="The name of this Pod, from the downward API: a restarted container takes the Lease of the one"
        " before it at once.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged."
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="The format of log lines: `auto` is `console` on a terminal and `json` elsewhere."
    )
    http_host: str | None = Field(None, description="The address for probes and metrics; without it, every address.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port for probes and metrics; 0 is any free one.")
    metrics_per_object: bool = Field(
        default=True, description="Serve series for each connector; set `false` with more than ten thousand."
    )

    @property
    def own_lease_name(self) -> str:
        """The name of the Lease of this install."""
        scope = "/".join((*self.namespaces, self.selector))
        digest = hashlib.sha256(scope.encode()).hexdigest()[:8]
        return self.lease_name or (f"{LEASE_NAME}-{digest}" if scope else LEASE_NAME)

    @property
    def egress(self) -> Egress:
        """What these settings say about connections to providers."""
        proxy = None
        if self.https_proxy is not None:
            authorities = self.https_proxy_trust_bundle or self.trust_bundle
            proxy = EgressProxy(self.https_proxy, self.no_proxy, self.https_proxy_credentials, authorities)
        return Egress(self.allowed_destinations, self.trust_bundle, proxy)

    @field_validator("no_proxy", "https_proxy_credentials", "https_proxy_trust_bundle")
    @classmethod
    def _require_proxy(cls, value: object, others: ValidationInfo) -> object:
        """Raise `ValueError` for a part of the proxy without the proxy, which would have no effect."""
        if value and "https_proxy" in others.data and others.data["https_proxy"] is None:
            raise ValueError("needs httpsProxy, which is not set")
        return value

    @field_validator("renew_deadline_seconds")
    @classmethod
    def _require_margin(cls, deadline: float, others: ValidationInfo) -> float:
        """Raise `ValueError` unless a leader stops well before another process may lead."""
        if deadline > others.data.get("lease_duration_seconds", math.inf) - 1:
            raise ValueError("must be at least a second shorter than leaseDurationSeconds")
        return deadline

    @field_validator("lease_retry_seconds")
    @classmethod
    def _require_retries(cls, retry: float, others: ValidationInfo) -> float:
        """Raise `ValueError` unless a leader can retry before its deadline."""
        if retry > others.data.get("renew_deadline_seconds", math.inf) / 4:
            raise ValueError("must be at most a quarter of renewDeadlineSeconds")
        return retry


def load(arguments: Mapping[str, object]) -> Settings:
    """Read the settings; `arguments` are those of the command line, `None` for an absent one.

    Raises `InvalidSettings`.
    """
    return read_settings(Settings, arguments)
