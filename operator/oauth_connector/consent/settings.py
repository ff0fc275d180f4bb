"""The consent service's own settings; `configuration` says where they come from. None of them holds a secret."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, FilePath

from oauth_connector.configuration import Configuration, gather
from oauth_connector.telemetry.logging import LogFormat

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"https": 443, "http": 80}
_SHAPE = "must be https:// and a host of its own, such as https://connect.example.com, without a path"
_PLAIN = "must begin with https:// (http:// is for demonstrations on 127.0.0.1, [::1] or localhost)"


def origin(url: str) -> str:
    """Give the origin of an address as browsers write it (RFC 6454 §6.2). Raises `ValueError` where it has none."""
    return _origin(urlsplit(url))


def _origin(parts: SplitResult) -> str:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(_SHAPE)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


def _public(url: str) -> str:
    """Take an origin alone: cookies that are bound to a host hold for all of its paths, so the host must be ours."""
    parts = urlsplit(url)
    made = _origin(parts)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(_SHAPE)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(_PLAIN)
    return made


class ConsentSettings(Configuration):
    """What whoever installs the consent service may choose."""

    kubeconfig: FilePath | None = Field(
        None, description="How to reach the cluster from outside; without it, the Pod's own ServiceAccount."
    )
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        description="Where browsers find the service: `https://` and a host of its own. The operator needs the same."
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
