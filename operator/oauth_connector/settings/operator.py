"""The operator's own settings; `configuration` says where they come from. No setting holds a secret."""

from collections.abc import Mapping
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field, FilePath
from pydantic_settings import NoDecode

from oauth_connector.api.schema.origins import PublicURL
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.settings.sources import PREFIX, Configuration, InvalidSettings, gather
from oauth_connector.telemetry.logging import LogFormat

__all__ = ["PREFIX", "InvalidSettings", "Settings", "load"]


def _from_text(value: object) -> object:
    """Let an environment variable hold what a file would, as YAML (and so as JSON)."""
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError:
        raise ValueError("must be YAML or JSON") from None


class Settings(Configuration):
    """What whoever installs the operator may choose."""

    kubeconfig: FilePath | None = Field(
        None, description="How to reach the cluster from outside; without it, the Pod's own ServiceAccount."
    )
    allowed_destinations: Annotated[tuple[AllowedDestination, ...], NoDecode, BeforeValidator(_from_text)] = Field(
        (),
        description="Token endpoints that may be reached although they are private, or without TLS:"
        " a list of `{host | cidr, ports, http}`.",
    )
    trust_bundle: FilePath | None = Field(
        None, description="A PEM file of certificate authorities that are trusted beside those of the system."
    )
    require_allowed_hosts: bool = Field(
        default=False,
        description="Send credentials only from Secrets that name the host in `oauthconnector.dev/allowed-hosts`.",
    )
    workers: int = Field(64, ge=1, le=1024, description="Passes over connectors that may be under way at once.")
    token_request_seconds: float = Field(
        15, gt=0, le=60, description="The time limit of one request to a provider, all of it."
    )
    api_request_seconds: float = Field(
        15, gt=0, le=60, description="The time limit of one request to the Kubernetes API, watches apart."
    )
    public_url: PublicURL | None = Field(
        None,
        description="Where browsers reach the consent service, such as `https://connect.example.com`; without it only"
        " connectors with a redirect URI on loopback can be consented to.",
    )
    confirm_consents: bool = Field(
        default=True, description="Whether a consent's requester must type the code that the browser's last page shows."
    )
    namespace: str | None = Field(
        None, description="Where the operator keeps its own key; without it, the Pod's namespace."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="How lines look: `auto` is `console` on a terminal and `json` elsewhere."
    )
    http_host: str | None = Field(None, description="The address for probes and metrics; without it, every address.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port for probes and metrics; 0 is any free one.")
    metrics_per_object: bool = Field(
        default=True, description="Serve series for each connector; leave them out above ten thousand."
    )


def load(arguments: Mapping[str, object]) -> Settings:
    """Gather the settings; `arguments` are those given on the command line, `None` where one was not.

    Raises `InvalidSettings`.
    """
    return gather(Settings, arguments)
