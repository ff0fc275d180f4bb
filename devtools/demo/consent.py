"""The part of the demo for a user: an authorization server with a login page, and the consent server."""

import sys
from contextlib import ExitStack
from pathlib import Path

import yaml
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.canaille import Canaille
from devtools.authorization_servers.registrations import RegisteredClient, RegisteredUser
from devtools.cluster.control_plane import ControlPlane
from devtools.demo import examples
from devtools.local.child import Child
from devtools.local.free_port import free_port
from oauth_connector.consent_protocol.addresses import redirect_uri

CONNECTOR = "calendar"
USER = RegisteredUser("alice", SecretStr("demo"))
"""The user who logs in; the demo prints the password, which protects nothing else."""

LIFETIME = 120
"""Lifetime of a token in seconds; at Canaille also that of the refresh token."""


class DemoConsent:
    """Canaille and the consent server, without TLS: a browser would warn about the demo's certificate authority."""

    def __init__(self, stack: ExitStack, folder: Path, namespace: str) -> None:
        self._folder = folder
        self._namespace = namespace
        self.port = free_port()
        self.server: AuthorizationServer = stack.enter_context(Canaille(folder / "canaille-for-users"))
        self.server.put_user(USER)
        redirect = redirect_uri(self.public_url, namespace, CONNECTOR)
        self.client: RegisteredClient = self.server.register(lifetime=LIFETIME, redirect_uris=[redirect])

    @property
    def public_url(self) -> str:
        """The address of the consent server for the browser."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, stack: ExitStack, plane: ControlPlane) -> Child:
        """Start the consent server with its own ServiceAccount."""
        config = self._folder / "consent.yaml"
        settings = {"publicURL": self.public_url, "httpHost": "127.0.0.1", "httpPort": self.port, "stopDelaySeconds": 0}
        config.write_text(yaml.safe_dump(settings))
        kubeconfig = plane.kubeconfig_for("oauth-connector-system", "oauth-connector-consent")
        arguments = ["consent", "--config", str(config), "--kubeconfig", str(kubeconfig)]
        server = Child([sys.executable, "-m", "oauth_connector", *arguments], self._folder / "consent.log")
        stack.callback(server.stop)
        return server

    def apply(self, plane: ControlPlane) -> None:
        """Create the connector that waits for consent."""
        text = yaml.safe_dump_all(examples.manifests(self.server, self.client, only="AuthorizationCode"))
        plane.kubectl("apply", "--server-side", "-n", self._namespace, "-f", "-", stdin=text)

    def hint(self, plane: ControlPlane) -> str:
        """Return the command that authorizes the connector, with the user name and password to enter."""
        command = f"KUBECONFIG={plane.kubeconfig} {Path(sys.executable).parent}/kubectl-oauth authorize {CONNECTOR}"
        name, password = USER.username, USER.password.get_secret_value()
        return f"""\
Connector {CONNECTOR} waits for consent. To authorize it, run this command and log in as {name}, password {password}:
  {command} -n {self._namespace}"""
