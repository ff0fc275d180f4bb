"""Connectors to the authorization server in the cluster."""

from typing import Any

from tests.support.pods.manifests import AUTHORITY, HOST, PORT, Manifest, metadata

CLIENT_SECRET = "trial-client"


def address(lifetime: int, delay: float = 0) -> str:
    """Return the URL below which tokens expire after `lifetime` seconds, and responses take `delay` seconds."""
    return f"https://{HOST}:{PORT}/{lifetime}/{delay}"


def connector(name: str, lifetime: int, delay: float = 0, **spec: Any) -> Manifest:
    """Return a connector whose name is also its client id; `spec` has further fields."""
    fields = {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": f"{address(lifetime, delay)}/token", "caBundleRef": {"name": AUTHORITY}},
        "client": {"id": name, "secretRef": {"name": CLIENT_SECRET}},
    }
    kind = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
    return {**kind, "metadata": metadata(name), "spec": {**fields, **spec}}


def rotating(name: str, lifetime: int, delay: float = 0, **spec: Any) -> list[Manifest]:
    """Return a connector with a refresh token that can be used once, and the Secret with the first one."""
    source = {"secretRef": {"name": f"{name}-initial"}}
    return [
        secret(f"{name}-initial", **{"refresh-token": "initial"}),
        connector(name, lifetime, delay, grantType="RefreshToken", refreshToken=source, **spec),
    ]


def secret(name: str, **values: str) -> Manifest:
    """Return a Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name), "stringData": values}


def client_secret() -> Manifest:
    """Return the Secret that all connectors use."""
    return secret(CLIENT_SECRET, **{"client-secret": "not-compared"})
