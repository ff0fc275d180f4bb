"""The settings of the consent server; `sources` reads them. No setting contains a secret."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, FilePath, ValidationInfo, field_validator

from oauth_connector.api.schema.origins import PublicURL
from oauth_connector.settings.sources import Configuration, read_settings
from oauth_connector.settings.trusted_proxies import HeaderName, TrustedProxies
from oauth_connector.telemetry.logging import LogFormat


class ConsentSettings(Configuration):
    """The settings of the consent server."""

    kubeconfig: FilePath | None = Field(
        None, description="A kubeconfig, to reach the cluster from outside; without it, the ServiceAccount of the Pod."
    )
    public_url: PublicURL = Field(
        description="The address of the consent server for browsers: `https://` and a dedicated host, perhaps with"
        " a port; `http://` only on 127.0.0.1, [::1] or localhost. Set the same value for the operator."
    )
    api_request_seconds: float = Field(
        10, gt=0, le=60, description="The time limit of one request to the Kubernetes API."
    )
    client_address_header: HeaderName = Field(
        "",
        description="The header in which trusted proxies send the address of the client, such as `X-Forwarded-For`:"
        " rate limits then count for each client. Without it, they count for the peer of the connection. It needs"
        " `trustedProxies`.",
    )
    trusted_proxies: TrustedProxies = Field(
        (),
        validate_default=True,
        description="The networks of the proxies and load balancers before this server, such as `[10.0.0.0/8]`. The"
        " header counts only in requests from these addresses.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged."
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="The format of log lines: `auto` is `console` on a terminal and `json` elsewhere."
    )
    http_host: str | None = Field(None, description="The address for pages and probes; without it, every address.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port for pages and probes; 0 is any free one.")
    stop_delay_seconds: float = Field(
        5, ge=0, le=60, description="How long to serve requests after SIGTERM, until load balancers send no more."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _require_both(cls, proxies: TrustedProxies, others: ValidationInfo) -> TrustedProxies:
        """Raise `ValueError` unless both settings are given, or neither."""
        header = others.data.get("client_address_header", "")
        if header and not proxies:
            raise ValueError("clientAddressHeader needs the networks of the proxies that send it, such as [10.0.0.0/8]")
        if proxies and not header:
            raise ValueError("needs clientAddressHeader, such as X-Forwarded-For")
        return proxies


def load(arguments: Mapping[str, object]) -> ConsentSettings:
    """Read the settings; `arguments` are those of the command line. Raises `InvalidSettings`."""
    return read_settings(ConsentSettings, arguments)
