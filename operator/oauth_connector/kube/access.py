"""Where the API server is and who we are there: in a Pod its ServiceAccount, elsewhere a kubeconfig."""

import base64
import os
import ssl
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TOKEN_AGE = 60.0
"""Seconds after which a projected token is read again: the kubelet replaces it about once an hour."""


class AccessError(Exception):
    """Nothing says where the API server is, or what says so cannot be read."""


@dataclass
class Access:
    """An API server and credentials for it. A token comes from a file, and is read again, or it is given."""

    server: str
    ssl: ssl.SSLContext | bool
    token_file: Path | None = None
    token: SecretStr | None = None
    exec_config: Mapping[str, Any] | None = None
    ca_data: bytes | None = None
    certificate: tuple[bytes, bytes] | None = field(default=None, repr=False)
    _read: float = field(default=0.0, repr=False)

    @staticmethod
    def load(kubeconfig: Path | None = None) -> "Access":
        """Find access: a kubeconfig that is named, the Pod's ServiceAccount, or the usual kubeconfig.

        Raises `AccessError`, which says what is missing.
        """
        host = os.environ.get("KUBERNETES_SERVICE_HOST")
        if kubeconfig is None and host and (SERVICE_ACCOUNT / "token").exists():
            return _in_cluster(host, os.environ.get("KUBERNETES_SERVICE_PORT", "443"))
        named = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
        return from_kubeconfig(kubeconfig or (Path(named) if named else Path.home() / ".kube" / "config"))

    def authorization(self) -> dict[str, str]:
        """Give the header for a request; nothing where a client certificate speaks for us."""
        if self.token_file is not None and time.monotonic() - self._read > TOKEN_AGE:
            self.renew()
        return {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token is not None else {}

    def renew(self) -> None:
        """Read the token again: from its file, or from the program that gives it."""
        self._read = time.monotonic()
        if self.token_file is not None:
            with suppress(OSError):
                self.token = SecretStr(self.token_file.read_text().strip())
        elif self.exec_config is not None:
            self.token = _from_program(self.exec_config)

    def for_kopf(self) -> dict[str, Any]:
        """Give kopf's fields. They are never equal twice, or kopf would give up at the first 401."""
        self.authorization()
        given: dict[str, Any] = {
            "server": self.server,
            "ca_data": base64.b64encode(self.ca_data).decode() if self.ca_data else None,
            "insecure": False,
            "expiration": datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=10),
        }
        if self.token is not None:
            given["token"] = self.token.get_secret_value()
        if self.certificate is not None:
            given["certificate_data"], given["private_key_data"] = (
                base64.b64encode(part).decode() for part in self.certificate
            )
        return given


def from_kubeconfig(path: Path) -> Access:
    """Read the current context of a kubeconfig. Raises `AccessError`."""
    try:
        config = yaml.safe_load(path.read_text())
        context = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], context["cluster"])["cluster"]
        user = _named(config["users"], context["user"])["user"]
    except OSError:
        raise AccessError(f"No kubeconfig at {path}: set KUBECONFIG or --kubeconfig.") from None
    except (KeyError, TypeError, yaml.YAMLError):
        raise AccessError(f"{path} is not a kubeconfig with a current context.") from None
    folder = path.parent
    ca_data = _data(cluster, "certificate-authority", folder)
    certificate, key = _data(user, "client-certificate", folder), _data(user, "client-key", folder)
    pair = (certificate, key) if certificate and key else None
    token = SecretStr(user["token"]) if user.get("token") else None
    token_file = Path(folder, user["tokenFile"]) if user.get("tokenFile") else None
    access = Access(cluster["server"].rstrip("/"), _context(ca_data, pair), token_file, token)
    access.exec_config, access.ca_data, access.certificate = user.get("exec"), ca_data, pair
    access.renew()
    return access


def _in_cluster(host: str, port: str) -> Access:
    ca_data = (SERVICE_ACCOUNT / "ca.crt").read_bytes()
    address = f"[{host}]" if ":" in host else host
    access = Access(f"https://{address}:{port}", _context(ca_data, None), SERVICE_ACCOUNT / "token")
    access.ca_data = ca_data
    return access


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = next((entry for entry in entries if entry.get("name") == name), None)
    if found is None:
        raise KeyError(name)
    return found


def _data(part: Mapping[str, Any], name: str, folder: Path) -> bytes | None:
    if part.get(f"{name}-data"):
        return base64.b64decode(part[f"{name}-data"])
    return Path(folder, part[name]).read_bytes() if part.get(name) else None


def _context(ca_data: bytes | None, pair: tuple[bytes, bytes] | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca_data.decode() if ca_data else None)
    if pair is not None:
        with tempfile.NamedTemporaryFile() as file:  # the ssl module takes a chain from files only
            file.write(pair[0] + b"\n" + pair[1])
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _from_program(config: Mapping[str, Any]) -> SecretStr:
    from kubernetes.config.exec_provider import ExecProvider  # noqa: PLC0415  # 48 MB that no Pod needs

    provider = ExecProvider(dict(config), cwd=None, cluster=None)  # type: ignore[no-untyped-call]  # it has no types
    given = provider.run()  # type: ignore[no-untyped-call]  # as above
    return SecretStr(given["token"])
