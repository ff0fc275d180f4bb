"""Origins of web addresses (RFC 6454), and the one at which people find the consent service."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

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


PublicURL = Annotated[str, AfterValidator(_public)]
"""Where browsers find the consent service; the operator and the service are told the same."""
