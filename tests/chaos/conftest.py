"""The operator between two proxies: one before the API server, one before the authorization server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.errors import KubeError
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import CANARY
from tests.support.faulty_api import FaultyAPI, faulty_api, kubeconfig_through
from tests.support.faulty_proxy import FaultyProxy
from tests.support.operator_process import FAILURE, OperatorProcess


@dataclass(frozen=True, slots=True)
class ProxiedScene:
    """A scene, and the proxy before the API server."""

    base: ConnectorScene
    api: FaultyAPI

    @property
    def operator(self) -> OperatorProcess:
        """The operator."""
        return self.base.operator


StartScene = Callable[..., Awaitable[ProxiedScene]]


@pytest.fixture
def deny_secrets(control_plane: ControlPlane, namespace: Namespace) -> AbstractAsyncContextManager[None]:
    """Enforce a policy that refuses all changes of Secrets in the test's namespace, for the length of the block."""
    name = f"deny-{namespace.name}"
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace.name}},
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["secrets"], "operations": ["UPDATE"]}
                ],
            },
            "validations": [{"expression": "false", "message": "no"}],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    documents = yaml.safe_dump_all([policy, binding])

    @asynccontextmanager
    async def denied() -> AsyncIterator[None]:
        await asyncio.to_thread(control_plane.kubectl, "apply", "-f", "-", stdin=documents)
        await until(lambda: _is_denied(namespace))
        try:
            yield
        finally:
            await asyncio.to_thread(control_plane.kubectl, "delete", "-f", "-", stdin=documents)

    return denied()


async def _is_denied(namespace: Namespace) -> bool:
    """Return whether the policy is in force; the API server needs a moment."""
    try:
        await namespace.edit("secrets", "robot", {"metadata": {"labels": {"tried": "again"}}})
    except KubeError as error:
        return error.status == 422
    return False


@pytest.fixture
async def api_proxy(control_plane: ControlPlane) -> AsyncIterator[FaultyAPI]:
    """Return a proxy of the test before the API server."""
    async with faulty_api(control_plane.url, control_plane.ca) as proxy:
        yield proxy


@pytest.fixture
async def start_scene(
    tmp_path: Path,
    service_account: Path,
    namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    api_proxy: FaultyAPI,
) -> AsyncIterator[StartScene]:
    """Return a function that starts the operator between the proxies, for tokens of this lifetime in seconds."""
    started: list[OperatorProcess] = []

    async def begin(lifetime: int = 600, **settings: object) -> ProxiedScene:
        scene = enter(namespace, canaille, canaille_proxy, lifetime)
        kubeconfig = kubeconfig_through(api_proxy, service_account, tmp_path)
        operator = OperatorProcess(tmp_path, kubeconfig, [scene.port], **settings)
        started.append(operator)
        await operator.start()
        await scene.add_client_secret()
        return ProxiedScene(replace(scene, running=operator), api_proxy)

    yield begin
    for operator in started:
        await operator.stop()
        assert CANARY not in operator.read_log(), "a secret was logged"
        assert FAILURE not in operator.read_log(), operator.read_log()
