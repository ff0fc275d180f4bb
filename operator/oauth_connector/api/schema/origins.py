"""Origins of URLs (RFC 6454), and the origin of the consent server."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"https": 443, "http": 80}
_SHAPE = "must be https:// and a dedicated host, without a path, such as https://connect.example.com"
_PLAIN = "must begin with https:// (http:// is allowed on 127.0.0.1, [::1] and localhost, for demonstrations)"


def origin(url: str) -> str:
    """Return the origin of a URL as browsers write it (RFC 6454 §6.2). Raises `ValueError` for a URL without one."""
    return _build_origin(urlsplit(url))


def _build_origin(parts: SplitResult) -> str:
    name = parts.hostname
    if parts.scheme not in _PORTS or not name:
        raise ValueError(_SHAPE)
    host, port = f"[{name}]" if ":" in name else name, parts.port
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


def _validate_public_url(url: str) -> str:
    """Return a URL that is an origin alone: cookies bound to a host apply to all paths of that host."""
    parts = urlsplit(url)
    built = _build_origin(parts)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(_SHAPE)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(_PLAIN)
    return built


PublicURL = Annotated[str, AfterValidator(_validate_public_url)]
"""Origin of the consent server; the operator and the consent server have the same setting."""
