"""The kinds of connectors that a benchmark creates: what each needs, and its token endpoint."""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"

LONG, SHORT = 86400, 80
"""Lifetimes of tokens, in seconds: one outlasts the bench, a thousand of the other cause 20 refreshes a second."""

WINDOW = 33
"""Percent of a short lifetime before its end, less jitter. By default, tokens so short are refreshed without jitter."""

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The token endpoint, in plain HTTP and over TLS; `authority` is the certificate by which clients trust it."""

    port: int
    tls_port: int
    authority: Path


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    """Connectors whose tokens have this lifetime; `own_secret` gives each a credential Secret of its own."""

    endpoint: Endpoint
    lifetime: int = LONG
    tls: bool = False
    rotates: bool = False
    own_secret: bool = False

    def url(self, name: str) -> str:
        """Return the token endpoint of a connector."""
        scheme, port = ("https", self.endpoint.tls_port) if self.tls else ("http", self.endpoint.port)
        path = f"rotating/{self.lifetime}" if self.rotates else self.lifetime
        return f"{scheme}://{HOST}:{port}/{path}/{name}"

    @property
    def trusted(self) -> ssl.SSLContext | None:
        """The certificates that a client needs for the endpoint."""
        return ssl.create_default_context(cafile=self.endpoint.authority) if self.tls else None

    def secrets(self, name: str) -> list[Manifest]:
        """Return the credential Secrets of a connector."""
        found = [_secret(self.credential(name), {"client-secret": "secret"})]
        return [*found, _secret(f"seed-{name}", {"refresh-token": f"seed-{name}"})] if self.rotates else found

    def manifest(self, name: str) -> Manifest:
        """Return a connector."""
        provider = {"tokenURL": self.url(name)}
        if self.tls:
            provider["caBundle"] = base64.b64encode(self.endpoint.authority.read_bytes()).decode()
        spec: Manifest = {
            "grantType": "RefreshToken" if self.rotates else "ClientCredentials",
            "provider": provider,
            "client": {"id": "robot", "secretRef": {"name": self.credential(name)}},
        }
        if self.lifetime == SHORT:
            spec["refresh"] = {"beforePercentage": WINDOW}
        if self.rotates:
            spec["refreshToken"] = {"secretRef": {"name": f"seed-{name}"}}
        return {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConnector",
            "metadata": {"name": name},
            "spec": spec,
        }

    def credential(self, name: str) -> str:
        """Return the name of the credential Secret of a connector."""
        return f"robot-{name}" if self.own_secret else "robot"


def _secret(name: str, data: dict[str, str]) -> Manifest:
    return {"metadata": {"name": name}, "stringData": data}
