"""The egress proxy of the operator's settings: its address, its credentials, and the targets that need none."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, WithJsonSchema

from oauth_connector.api.schema.networks import parse_network
from oauth_connector.net.destinations import HOST, LONGEST_HOST

USERNAME, PASSWORD = "username", "password"  # names of keys
"""The files of the credentials: the keys of a Secret of type `kubernetes.io/basic-auth`."""

_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
PROXY_URL = rf"https?://([^/?#@\s:\[\]]+|\[[0-9A-Fa-f:.]+\]):{_PORT}/?"
_CURE = (
    "is not the URL of a proxy: write http:// or https:// with host and port, such as http://proxy.corp.example:3128."
    " Credentials do not belong in it: set httpsProxyCredentials"
)


def _check_url(url: str) -> str:
    """Return the URL of a proxy without a path. Raises `ValueError`."""
    try:
        parts = urlsplit(url)
        is_valid = bool(re.fullmatch(PROXY_URL, url) and parts.hostname and parts.port)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError(_CURE)
    return url.removesuffix("/")


def _check_bypass(entry: str) -> str:
    """Return an entry of `noProxy` as it is compared: a host in lower case, or a network. Raises `ValueError`."""
    if re.fullmatch(HOST, entry) and len(entry) <= LONGEST_HOST and not _is_address(entry):
        return entry.lower().removesuffix(".")
    try:
        return str(parse_network(entry))
    except ValueError:
        raise ValueError(
            f"{entry!r:.60} is neither a host nor a network: write idp.corp.example, *.corp.example or 10.0.0.0/8,"
            " without scheme and port"
        ) from None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _split_entries(value: object) -> object:
    """Split text at its commas, as the environment has it; a list of the file stays as it is."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


ProxyURL = Annotated[str, AfterValidator(_check_url), WithJsonSchema({"type": "string", "pattern": f"^{PROXY_URL}$"})]
Bypassed = Annotated[tuple[Annotated[str, AfterValidator(_check_bypass)], ...], BeforeValidator(_split_entries)]


class ProxyCredentialsError(Exception):
    """The files with the credentials of the proxy cannot be read."""


@dataclass(frozen=True, slots=True)
class EgressProxy:
    """An HTTP proxy for CONNECT (RFC 9110 §9.3.6), whose URL is `http` or `https`.

    `credentials` is a folder with the files `username` and `password`, which are read for each connection: a kubelet
    changes them when the Secret changes. `authorities` is a PEM file, for a proxy with `https`.
    """

    url: str
    bypassed: tuple[str, ...] = ()
    credentials: Path | None = field(default=None, repr=False)
    authorities: Path | None = None

    @property
    def parts(self) -> SplitResult:
        """Return the parts of the URL."""
        return urlsplit(self.url)

    def is_bypassed(self, host: str) -> bool:
        """Return whether a host, a name or an address, is connected to directly: an entry of `noProxy` has it."""
        name = host.lower().rstrip(".")
        if _is_address(name):
            networks = (parse_network(entry) for entry in self.bypassed if "/" in entry)
            return any(ip_address(name) in network for network in networks)
        return any(name.endswith(each[1:]) if each.startswith("*.") else name == each for each in self.bypassed)

    def read_authorization(self) -> SecretStr | None:
        """Return the value of `Proxy-Authorization` (RFC 7617 §2), if any. Raises `ProxyCredentialsError`."""
        if self.credentials is None:
            return None
        try:
            username, password = (_read_line(self.credentials / name) for name in (USERNAME, PASSWORD))
        except (OSError, UnicodeError):
            raise ProxyCredentialsError(f"{USERNAME} and {PASSWORD} cannot be read") from None
        return SecretStr("Basic " + b64encode(f"{username}:{password}".encode()).decode())


def _read_line(path: Path) -> str:
    """Return the content of a file without the newline that an editor adds."""
    return path.read_text(encoding="utf-8").rstrip("\r\n")
