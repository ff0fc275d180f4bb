"""The whole system: API server, operator, two consent replicas, two authorization servers, one user for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from tests.e2e.scenario import ANN, FlowScenario
from tests.support.browser import DESKTOP, PATIENCE
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import CANARY
from tests.support.object_aging import object_aging
from tests.support.operator_process import FAILURE, OperatorProcess
from tests.support.terminal import TerminalSession

__all__ = ["object_aging"]

RBAC = "rbac.authorization.k8s.io"
CONSENT, EDIT = "oauth-connector-consent", "oauth-connector-edit"
"""Of deploy/install.yaml: to consent, and to ask for refreshes and revocations by annotation."""

NewScenario = Callable[[AuthorizationServer], Awaitable[FlowScenario]]


@pytest.fixture(scope="module")  # no longer: elsewhere tests play the operator's part by hand
async def whole_operator(
    tmp_path_factory: pytest.TempPathFactory,
    service_account: Path,
    consent_site: ConsentServerReplicas,
    oidc_provider: AuthorizationServer,
    canaille: AuthorizationServer,
) -> AsyncIterator[OperatorProcess]:
    """Return the operator, which knows the consent server's address and may reach the servers."""
    operator = OperatorProcess(
        tmp_path_factory.mktemp("operator"),
        service_account,
        (oidc_provider.port, canaille.port),
        publicURL=consent_site.url,
        namespace="oauth-connector-system",
    )
    await operator.start()
    yield operator
    await operator.stop()
    assert CANARY not in operator.read_log(), "a secret was logged"
    assert FAILURE not in operator.read_log(), operator.read_log()


async def _bind(namespace: Namespace, role: str, kind: str = "ClusterRole") -> None:
    bindings = f"/apis/{RBAC}/v1/namespaces/{namespace.name}/rolebindings"
    binding = {
        "metadata": {"name": role},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": ANN, "namespace": namespace.name}],
    }
    await namespace.api.request("POST", bindings, body=binding)


@pytest.fixture
async def kubeconfig(control_plane: ControlPlane, namespace: Namespace) -> Path:
    """Return the kubeconfig of a user with the shipped role for consents."""
    account = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", account, body={"metadata": {"name": ANN}})
    await _bind(namespace, CONSENT)
    return control_plane.kubeconfig_for(namespace.name, ANN)


@pytest.fixture
async def editor(namespace: Namespace) -> None:
    """Allow the user to change connectors too, and to delete the state Secret, as a revocation requires."""
    await _bind(namespace, EDIT)
    name, where = "revoke-crm", f"/apis/{RBAC}/v1/namespaces/{namespace.name}"
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["crm-oauth-state"], "verbs": ["delete"]}
    await namespace.api.request("POST", f"{where}/roles", body={"metadata": {"name": name}, "rules": [rule]})
    await _bind(namespace, name, "Role")


@pytest.fixture
async def new_scenario(
    namespace: Namespace,
    kubeconfig: Path,
    tmp_path: Path,
    whole_operator: OperatorProcess,
    consent_site: ConsentServerReplicas,
) -> AsyncIterator[NewScenario]:
    """Return a function that creates a scenario at a provider; afterwards no secret was readable in a wrong place."""
    made: list[FlowScenario] = []

    async def new(server: AuthorizationServer) -> FlowScenario:
        consent_site.balancer.served.clear()
        script = tmp_path / "browser"
        script.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
        script.chmod(0o700)
        environ = {"KUBECONFIG": str(kubeconfig), "BROWSER": f"{script} %s", "DISPLAY": ":7"}
        terminal = TerminalSession(tmp_path, environ)
        made.append(FlowScenario(namespace, whole_operator, consent_site, terminal, server, tmp_path / "opened"))
        return made[-1]

    yield new
    for scenario in made:
        try:
            assert await scenario.leaks() == []
        finally:
            await scenario.terminal.close()


@pytest.fixture
async def scenario(new_scenario: NewScenario, oidc_provider: AuthorizationServer) -> FlowScenario:
    """Create the scenario at oidc-provider."""
    return await new_scenario(oidc_provider)


@pytest.fixture
async def another_browser(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Return a second browser, which knows nothing of the first."""
    context = await browser.new_context(viewport=DESKTOP, ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()
