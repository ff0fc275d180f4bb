"""Run the operator on a control plane and authorization servers of its own.

    make demo                      runs until Ctrl-C
    DEMO_SECONDS=60 make demo      runs for a minute; ends with `demo: N connectors ready, M refreshes, K errors`

All files are in temporary folders and all servers on loopback. The demo removes everything at its end.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.canaille import Canaille
from devtools.authorization_servers.installation import InstallationError
from devtools.authorization_servers.registrations import TLS, RegisteredClient
from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from devtools.cluster.pki import Authority
from devtools.demo import examples
from devtools.demo.consent import DemoConsent
from devtools.demo.table import ConnectorTable
from devtools.go_programs.build import GoBuildError
from devtools.local.child import Child
from devtools.local.server_process import ServerProcessError
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = (DEPLOY / "install.yaml", DEPLOY / "kustomize" / "consent-server" / "consent-server.yaml")
NAMESPACE = "demo"
LIFETIME = 30
"""Lifetime of a token in seconds; the operator refreshes it about every eighteen seconds."""


def main() -> int:
    """Run the demo; return 0 if all connectors were ready, refreshed twice, and no error occurred."""
    seconds = float(os.environ.get("DEMO_SECONDS") or "inf")
    try:
        with ExitStack() as stack:
            return asyncio.run(_show(stack, seconds))
    except (GoBuildError, ControlPlaneError, InstallationError, ServerProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("demo: stopped during start; everything was removed", file=sys.stderr)
    return 1


async def _show(stack: ExitStack, seconds: float) -> int:
    done = asyncio.Event()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oauth-connector-demo-")))
    with _step("a control plane with the CRDs, roles and policies of the operator"):
        plane = stack.enter_context(ControlPlane(*MANIFESTS))
    with _step("Canaille, an authorization server, with a client and a user"):
        server = _authorization_server(stack, folder)
        client = server.register(lifetime=LIFETIME)
    with _step("another Canaille for user logins, and the consent server"):
        consent = DemoConsent(stack, folder, NAMESPACE)
        consent.serve(stack, plane)
    with _step("the operator, with its own ServiceAccount"):
        operator = _operator(stack, folder, plane, server, consent)
    with _step(f"the connectors of examples/, in namespace {NAMESPACE}"):
        _apply(plane, server, client)
        consent.apply(plane)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    table = ConnectorTable(f"{consent.hint(plane)}\n{_hints(plane)}")
    async with KubeAPI(from_kubeconfig(plane.kubeconfig)) as api:
        await _watch(api, table, operator, done, time.monotonic() + seconds)
    errors = table.errors + _errors_in(operator.log) + operator.has_ended
    print(f"demo: {table.ready} connectors ready, {table.refreshes} refreshes, {errors} errors")
    succeeded = table.ready == table.connectors > 0 and table.has_refreshed_twice and not errors
    return 0 if succeeded or seconds == float("inf") else 1


@contextmanager
def _step(what: str) -> Iterator[None]:
    """Print what is being started, and how long it took."""
    started = time.monotonic()
    print(f"  starting {what} …", end="" if sys.stdout.isatty() else "\n", flush=True)
    yield
    print(f"\r  started  {what} ({time.monotonic() - started:.1f} s)", flush=True)


def _authorization_server(stack: ExitStack, folder: Path) -> AuthorizationServer:
    keys = folder / "tls"
    keys.mkdir()
    authority = Authority(keys, "demo authority")
    certificate, key = authority.server("canaille", ["127.0.0.1", "localhost"])
    return stack.enter_context(Canaille(folder / "canaille", tls=TLS(certificate, key, authority.certificate)))


def _operator(
    stack: ExitStack, folder: Path, plane: ControlPlane, server: AuthorizationServer, consent: DemoConsent
) -> Child:
    config = folder / "operator.yaml"
    settings = {
        "allowedDestinations": [
            {"host": "127.0.0.1", "ports": [server.port]},
            {"host": "127.0.0.1", "ports": [consent.server.port], "http": True},
        ],
        "publicURL": consent.public_url,
        "trustBundle": str(server.ca),
        "httpHost": "127.0.0.1",
        "httpPort": 0,
    }
    config.write_text(yaml.safe_dump(settings))
    kubeconfig = plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
    command = [sys.executable, "-m", "oauth_connector", "run", "--config", str(config), "--kubeconfig", str(kubeconfig)]
    operator = Child(command, folder / "operator.log")
    stack.callback(operator.stop)
    return operator


def _apply(plane: ControlPlane, server: AuthorizationServer, client: RegisteredClient) -> None:
    plane.kubectl("create", "namespace", NAMESPACE)
    text = yaml.safe_dump_all(examples.manifests(server, client))
    plane.kubectl("apply", "--server-side", "-n", NAMESPACE, "-f", "-", stdin=text)


async def _watch(api: KubeAPI, table: ConnectorTable, operator: Child, done: asyncio.Event, until: float) -> None:
    path = f"/apis/oauthconnector.dev/v1alpha1/namespaces/{NAMESPACE}/oauthconnectors"
    with table.display():
        while not done.is_set() and not operator.has_ended and time.monotonic() < until:
            try:
                table.update((await api.request("GET", path)).get("items") or [])
            except KubeError as error:
                table.report_error(f"the API server responds: {error}")
            try:
                await asyncio.wait_for(done.wait(), timeout=0.5)
            except TimeoutError:
                continue


def _errors_in(log: Path) -> int:
    """Return the number of errors in the operator's log."""
    return log.read_text().count('"level": "error"')


def _hints(plane: ControlPlane) -> str:
    return f"""\
In another terminal:
  export KUBECONFIG={plane.kubeconfig}
  alias k='{plane.binaries}/kubectl -n {NAMESPACE}'
  k get oac -o wide                   shows the status
  k describe oac orders               shows conditions and Events
  k delete secret orders-token        the operator creates it again within seconds
  k annotate oac orders --overwrite oauthconnector.dev/refresh-requested-at="$(date)"
  k patch oac orders --type merge -p '{{"spec":{{"scopes":["read"]}}}}'
Ctrl-C ends the demo and removes everything."""


if __name__ == "__main__":
    sys.exit(main())
