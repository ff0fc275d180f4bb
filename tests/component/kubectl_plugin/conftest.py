"""A user with a small role, a terminal and a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from devtools.cluster.control_plane import ControlPlane
from devtools.local.free_port import free_port
from tests.component.kubectl_plugin.authorization_endpoint import AuthorizationEndpoint, authorization_endpoint
from tests.component.kubectl_plugin.scripted_operator import ScriptedOperator
from tests.support.cluster import Namespace, until
from tests.support.terminal import TerminalSession

USER = "ann"
PERMISSIONS = {
    "oauthconsents": ["create", "get", "patch", "delete"],
    "oauthconsents/status": ["patch"],
    "oauthconnectors": ["get", "list", "patch"],
}
"""All that the plugin needs, for all that it can do; to revoke, also the permission to delete the state Secret."""

STATE_SECRET = "crm-oauth-state"

BROWSER = """#!/bin/sh
path=${1#file://}
stat -c '%a' "$path" "$(dirname "$path")" > OUT/modes
cp "$path" OUT/page.html
echo "$path" > OUT/path.part && mv OUT/path.part OUT/path
"""
"""A browser that keeps what it was given, for the test to go on with."""


@dataclass
class PluginScenario:
    """One namespace with a connector `crm`, and the parties of a flow."""

    namespace: Namespace
    operator: ScriptedOperator
    terminal: TerminalSession
    provider: AuthorizationEndpoint
    browser: aiohttp.ClientSession
    folder: Path
    port: int

    @property
    def loopback(self) -> str:
        """The redirect URI on loopback."""
        return f"http://127.0.0.1:{self.port}/oauth/callback/{self.namespace.name}/crm"

    @property
    def hosted(self) -> str:
        """The redirect URI of a consent server."""
        return f"https://oauth.example.com/oauth/callback/{self.namespace.name}/crm"

    async def add_connector(self, redirect_uri: str | None = None, **changes: Any) -> None:
        """Create the connector."""
        spec = {
            "grantType": "AuthorizationCode",
            "provider": {"authorizationURL": "https://login.example.com/a", "tokenURL": "https://login.example.com/t"},
            "client": {"id": "crm-client", "secretRef": {"name": "robot"}},
            **({"authorizationCode": {"redirectURI": redirect_uri}} if redirect_uri else {}),
            **changes,
        }
        await self.namespace.add_connector("crm", {name: value for name, value in spec.items() if value is not None})

    async def authorize(self, *options: str) -> None:
        """Run `kubectl oauth authorize crm`."""
        await self.terminal.run("authorize", "crm", *options)

    async def opened(self) -> str:
        """Wait for the page that the browser was given."""

        async def is_there() -> bool:
            return (self.folder / "path").exists()

        await until(is_there)
        return (self.folder / "page.html").read_text()

    async def link(self) -> str:
        """Return the link that the terminal shows."""
        await self.terminal.wait_for_output("\r\n\r\n  http")
        await self.terminal.wait_for_output("\r\n\r\n", times=2)
        return self.terminal.shown.split("\r\n\r\n  ")[1].split("\r\n")[0]


@pytest.fixture
async def kubeconfig(control_plane: ControlPlane, namespace: Namespace) -> Path:
    """Return the kubeconfig of a user with exactly the permissions that the plugin needs."""
    where = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace.name}"
    account = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", account, body={"metadata": {"name": USER}})
    role = [
        {"apiGroups": ["oauthconnector.dev"], "resources": [resource], "verbs": verbs}
        for resource, verbs in PERMISSIONS.items()
    ]
    role.append({"apiGroups": [""], "resources": ["secrets"], "resourceNames": [STATE_SECRET], "verbs": ["delete"]})
    await namespace.api.request("POST", f"{where}/roles", body={"metadata": {"name": USER}, "rules": role})
    binding = {
        "metadata": {"name": USER},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": USER},
        "subjects": [{"kind": "ServiceAccount", "name": USER, "namespace": namespace.name}],
    }
    await namespace.api.request("POST", f"{where}/rolebindings", body=binding)
    return control_plane.kubeconfig_for(namespace.name, USER)


@pytest.fixture
async def scenario(namespace: Namespace, kubeconfig: Path, tmp_path: Path) -> AsyncIterator[PluginScenario]:
    """Return a scenario; afterwards the terminal contains no code of the provider."""
    script = tmp_path / "browser"
    script.write_text(BROWSER.replace("OUT", str(tmp_path)))
    script.chmod(0o700)
    environ = {"KUBECONFIG": str(kubeconfig), "BROWSER": f"{script} %s", "DISPLAY": ":7"}
    terminal = TerminalSession(tmp_path, environ)
    async with authorization_endpoint() as provider, aiohttp.ClientSession() as browser:
        yield PluginScenario(namespace, ScriptedOperator(namespace), terminal, provider, browser, tmp_path, free_port())
    await terminal.close()
    assert "c4n4ry" not in terminal.shown
