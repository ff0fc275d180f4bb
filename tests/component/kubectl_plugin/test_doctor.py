"""`kubectl oauth doctor` on a real API server, with the permissions of a user."""

import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from devtools.authorization_servers.registrations import TLS
from devtools.local.free_port import free_port
from oauth_connector.diagnosis.token_request_risk import TOKEN_REQUEST_RISK
from tests.component.kubectl_plugin.conftest import USER, PluginScenario
from tests.support.certificates import make_tls
from tests.support.raw_server import RawServer, serve_bytes

SECRET = "c4n4ry-client-secret"
BODY = b'{"access_token":"c4n4ry-token","token_type":"Bearer","expires_in":3600}'

PROBES = 2
"""A connection that ends after its handshake, and one with the HEAD request."""


@asynccontextmanager
async def serve_tokens(ahead: int = 0, tls: TLS | None = None) -> AsyncIterator[RawServer]:
    """Serve a token endpoint whose clock is this number of seconds ahead."""
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nDate: " + date
    async with serve_bytes(head + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY, tls=context) as server:
        yield server


async def allow(scenario: PluginScenario, group: str, resource: str, *verbs: str) -> None:
    """Allow the user further verbs in the namespace."""
    where, name = (
        f"/apis/rbac.authorization.k8s.io/v1/namespaces/{scenario.namespace.name}",
        f"{USER}-{resource.replace('/', '-')}",
    )
    rules = [{"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}]
    await scenario.namespace.api.request("POST", f"{where}/roles", body={"metadata": {"name": name}, "rules": rules})
    binding = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": USER, "namespace": scenario.namespace.name}],
    }
    await scenario.namespace.api.request("POST", f"{where}/rolebindings", body=binding)


async def add_robot(scenario: PluginScenario, token_url: str, secret: str = SECRET, **provider: str) -> None:
    """Create a connector with a client secret."""
    await scenario.namespace.add_secret("robot", client_secret=secret)
    client = {"id": "robot", "secretRef": {"name": "robot"}}
    await scenario.add_connector(
        grantType="ClientCredentials", provider={"tokenURL": token_url, **provider}, client=client
    )


async def examine(scenario: PluginScenario, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Run the command. Return its exit status, and its steps by name; no output contains a secret."""
    await scenario.terminal.run("doctor", "crm", "-n", scenario.namespace.name, "-o", "json", *options)
    status = await scenario.terminal.ended()
    assert "c4n4ry" not in scenario.terminal.printed + scenario.terminal.shown
    return status, {step["step"]: step for step in json.loads(scenario.terminal.printed)}


async def test_a_healthy_connector_passes_all_steps(scenario: PluginScenario, tmp_path: Path) -> None:
    """With --request-token also a token request, whose token is not shown."""
    tls = make_tls(tmp_path / "tls")
    async with serve_tokens(tls=tls) as server:
        await add_robot(scenario, server.url("https"), caBundle=base64.b64encode(tls.ca.read_bytes()).decode())
        await scenario.operator.show("crm")
        await allow(scenario, "", "secrets", "get")
        status, steps = await examine(scenario, "--request-token", "--yes")
    assert status == 0
    expected = ["status", "user", "operator", "fields", "secrets", "dns", "connection", "clock", "token"]
    assert list(steps) == expected
    assert {name for name, step in steps.items() if not step["ok"]} == {"operator"}
    assert "API server" in steps["clock"]["text"]
    sent = f"the Secrets robot to {server.url('https')} once. {TOKEN_REQUEST_RISK}"
    assert sent in " ".join(scenario.terminal.shown.split())


async def test_nothing_is_sent_to_a_server_to_which_the_operator_sends_nothing(scenario: PluginScenario) -> None:
    """The editor of the connector may not have the permissions of the user, who is not asked."""
    async with serve_tokens() as server:
        await add_robot(scenario, server.url())
        await scenario.operator.show(
            "crm",
            ready="False",
            lastError={"reason": "DestinationNotAllowed", "remedy": "FixSpec"},
        )
        await allow(scenario, "", "secrets", "get")
        status, steps = await examine(scenario, "--request-token")
        assert server.connections == PROBES
    assert status == 1
    assert steps["token"]["ok"] is None
    assert "does not send this request either: DestinationNotAllowed" in steps["token"]["text"]


async def test_what_the_user_may_not_read_is_not_checked(scenario: PluginScenario) -> None:
    """It is not shown as passed, and is no failure."""
    async with serve_tokens() as server:
        await add_robot(scenario, server.url())
        await scenario.operator.show("crm")
        status, steps = await examine(scenario)
    assert status == 0
    assert steps["secrets"]["ok"] is None
    assert "You are not allowed to get secrets" in steps["secrets"]["text"]
    assert "oauth-connector-system/oauth-connector" in steps["operator"]["text"]


async def test_a_fault_is_named_with_the_sentence_of_the_condition(scenario: PluginScenario) -> None:
    """A Secret without the key, and a port without a server: exit status 1."""
    await add_robot(scenario, f"https://127.0.0.1:{free_port()}/token")
    await scenario.namespace.edit("secrets", "robot", {"data": {"client-secret": None, "secret": "eA=="}})
    await allow(scenario, "", "secrets", "get")
    status, steps = await examine(scenario)
    assert status == 1
    assert steps["secrets"]["reason"] == "CredentialsNotFound"
    assert "has no key `client-secret` (it has 1 other key)" in steps["secrets"]["text"]
    assert steps["connection"]["text"].startswith("ProviderUnreachable: 127.0.0.1 refuses the connection.")
    assert "Unseen" in steps["status"]["text"]


async def test_a_line_break_and_a_wrong_clock_are_named(scenario: PluginScenario) -> None:
    """The value is not shown; the clock of the provider is compared with that of the API server."""
    async with serve_tokens(ahead=3600) as server:
        await add_robot(scenario, server.url(), f"{SECRET}\n")
        await scenario.operator.show("crm")
        await allow(scenario, "", "secrets", "get")
        status, steps = await examine(scenario)
    assert status == 1
    assert "ends with a line break" in steps["secrets"]["facts"]["robot/client-secret"]
    assert steps["clock"]["text"].startswith("the clock of the API server is ")
    assert "s behind that of 127.0.0.1" in steps["clock"]["text"]


async def test_a_missing_permission_of_the_operator_is_named(scenario: PluginScenario) -> None:
    """A user who may create SubjectAccessReviews asks for the operator."""
    async with serve_tokens() as server:
        await add_robot(scenario, server.url())
        await scenario.operator.show("crm")
        await allow(scenario, "", "serviceaccounts", "get")
        role = {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]}
        where, name = "/apis/rbac.authorization.k8s.io/v1", f"{scenario.namespace.name}-reviews"
        api = scenario.namespace.api
        await api.request("POST", f"{where}/clusterroles", body={"metadata": {"name": name}, "rules": [role]})
        binding = {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": USER, "namespace": scenario.namespace.name}],
        }
        await api.request("POST", f"{where}/clusterrolebindings", body=binding)
        status, steps = await examine(scenario, "--operator", f"{scenario.namespace.name}/{USER}")
    assert status == 1
    assert "must not get secrets, list secrets" in steps["operator"]["text"]
    assert "oauthconnectors/status" in steps["operator"]["text"]
