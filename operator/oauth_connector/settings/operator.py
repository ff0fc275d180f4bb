"""The settings of the operator; `sources` reads them. No setting contains a secret."""

from collections.abc import Mapping
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field, FilePath
from pydantic_settings import NoDecode

from oauth_connector.api.schema.origins import PublicURL
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.settings.sources import PREFIX, Configuration, InvalidSettings, read_settings
from oauth_connector.telemetry.logging import LogFormat

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
    allowed_destinations: Annotated[tuple[AllowedDestination, ...], NoDecode, BeforeValidator(_parse_text)] = Field(
        (),
        description="Destinations that are allowed although their address is private, or without TLS:"
        " a list of `{host | cidr, ports, http}`.",
    )
    trust_bundle: FilePath | None = Field(
        None, description="A PEM file of certificate authorities that are trusted in addition to those of the system."
    )
    require_allowed_hosts: bool = Field(
        default=False,
        description="Send credentials only from Secrets that name the host in `oauthconnector.dev/allowed-hosts`.",
    )
    workers: int = Field(64, ge=1, le=1024, description="Reconciliations that may run at once.")
    token_request_seconds: float = Field(
        15,
        gt=0,
        le=60,
        description="The time limit of one request to a provider, from connect to the end of the response.",
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


def load(arguments: Mapping[str, object]) -> Settings:
    """Read the settings; `arguments` are those of the command line, `None` for an absent one.

    Raises `InvalidSettings`.
    """
    return read_settings(Settings, arguments)
