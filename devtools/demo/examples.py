"""The examples of the repository, with the addresses and credentials of a running authorization server.

Other examples need a certain provider, a key, a certificate or another server, and are left out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient

FOLDER = Path(__file__).parents[2] / "examples"

Manifest = dict[str, Any]

EXAMPLES = ("authorization-code", "client-credentials", "custom-output", "issuer-and-private-ca", "password")
"""The examples that any authorization server can serve."""


def manifests(server: AuthorizationServer, client: RegisteredClient, only: str | None = None) -> Iterator[Manifest]:
    """Return the objects of the examples, with the server's addresses and credentials.

    `only` selects a grant type. Without it, examples that need a user's consent are left out.
    """
    for name in EXAMPLES:
        found = list(yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text()))
        grants = {manifest["spec"]["grantType"] for manifest in found if manifest["kind"] == "OAuthConnector"}
        if only in grants if only else "AuthorizationCode" not in grants:
            yield from (_fit_manifest(manifest, server, client) for manifest in found)


def _fit_manifest(manifest: Manifest, server: AuthorizationServer, client: RegisteredClient) -> Manifest:
    if manifest["kind"] == "OAuthConnector":
        provider = manifest["spec"]["provider"]
        provider.update({"tokenURL": server.token_url} if "tokenURL" in provider else {"issuer": server.issuer})
        manifest["spec"]["client"]["id"] = client.id
    if manifest["kind"] == "Secret":
        manifest["metadata"].pop("annotations", None)
        known = {
            "client-secret": client.secret.get_secret_value(),
            "username": server.username,
            "password": server.password.get_secret_value(),
        }
        manifest["stringData"] = {key: known[key] for key in manifest["stringData"]}
    if manifest["kind"] == "ConfigMap" and server.ca is not None:
        manifest["data"]["ca.crt"] = server.ca.read_text()
    return manifest
