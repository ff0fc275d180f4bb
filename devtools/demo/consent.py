"""The demo's part for a person: an authorization server to log in at, and the service where consent is given."""

import sys
from contextlib import ExitStack
from pathlib import Path

import yaml
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.canaille import Canaille
from devtools.authorization_servers.registrations import Person, RegisteredClient
from devtools.cluster.control_plane import ControlPlane
from devtools.demo import examples
from devtools.local.child import Child
from devtools.local.free_port import free_port
from oauth_connector.consent_protocol.addresses import redirect_uri

CONNECTOR = "calendar"
PERSON = Person("alice", SecretStr("demo"))
"""Who logs in; the password is shown on the screen and opens nothing."""

LIFETIME = 120
"""Seconds that a token lives. At Canaille the refresh token dies with it."""


class DemoConsent:
    """Canaille without TLS, since a browser would warn of the demo's own authority, and the consent service."""

    def __init__(self, stack: ExitStack, folder: Path, namespace: str) -> None:
        self._folder = folder
        self._namespace = namespace
        self.port = free_port()
        self.server: AuthorizationServer = stack.enter_context(Canaille(folder / "canaille-for-people"))
        self.server.put_person(PERSON)
        back = redirect_uri(self.public_url, namespace, CONNECTOR)
        self.client: RegisteredClient = self.server.register(lifetime=LIFETIME, redirect_uris=[back])

    @property
    def public_url(self) -> str:
        """Where the browser finds the consent service."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, stack: ExitStack, plane: ControlPlane) -> Child:
        """Start the consent service, under its own ServiceAccount."""
        config = self._folder / "consent.yaml"
        settings = {"publicURL": self.public_url, "httpHost": "127.0.0.1", "httpPort": self.port, "stopDelaySeconds": 0}
        config.write_text(yaml.safe_dump(settings))
        kubeconfig = plane.kubeconfig_for("oauth-connector-system", "oauth-connector-consent")
        arguments = ["consent", "--config", str(config), "--kubeconfig", str(kubeconfig)]
        service = Child([sys.executable, "-m", "oauth_connector", *arguments], self._folder / "consent.log")
        stack.callback(service.stop)
        return service

    def apply(self, plane: ControlPlane) -> None:
        """Create the connector that waits for a person."""
        text = yaml.safe_dump_all(examples.manifests(self.server, self.client, only="AuthorizationCode"))
        plane.kubectl("apply", "--server-side", "-n", self._namespace, "-f", "-", stdin=text)

    def hint(self, plane: ControlPlane) -> str:
        """Say the one command that completes it, and who to be."""
        command = f"KUBECONFIG={plane.kubeconfig} {Path(sys.executable).parent}/kubectl-oauth authorize {CONNECTOR}"
        name, password = PERSON.username, PERSON.password.get_secret_value()
        return f"""\
One connector, {CONNECTOR}, waits for a person. Say yes in your browser, as {name} with password {password}:
  {command} -n {self._namespace}"""
