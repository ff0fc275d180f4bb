"""The consent service's own settings; `configuration` says where they come from. None of them holds a secret."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, FilePath

from oauth_connector.api.schema.origins import PublicURL
from oauth_connector.settings.sources import Configuration, gather
from oauth_connector.telemetry.logging import LogFormat


class ConsentSettings(Configuration):
    """What whoever installs the consent service may choose."""

    kubeconfig: FilePath | None = Field(
        None, description="How to reach the cluster from outside; without it, the Pod's own ServiceAccount."
    )
    public_url: PublicURL = Field(
        description="Where browsers find the service: `https://` and a host of its own, perhaps a port; `http://` only"
        " on 127.0.0.1, [::1] or localhost. The operator needs the same."
    )
    api_request_seconds: float = Field(
        10, gt=0, le=60, description="The time limit of one request to the Kubernetes API."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="How lines look: `auto` is `console` on a terminal and `json` elsewhere."
    )
    http_host: str | None = Field(None, description="The address for pages and probes; without it, every address.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port for pages and probes; 0 is any free one.")
    stop_delay_seconds: float = Field(
        5, ge=0, le=60, description="How long to go on serving after SIGTERM, until no load balancer sends anybody."
    )


def load(arguments: Mapping[str, object]) -> ConsentSettings:
    """Gather the settings; `arguments` are those of the command line. Raises `InvalidSettings`."""
    return gather(ConsentSettings, arguments)
