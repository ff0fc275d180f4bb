"""Several installs of the operator side by side, each with its own scope and its own ServiceAccount."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from tests.support.cluster import Namespace, until
from tests.support.control_plane import CANARY
from tests.support.grant_connectors import PUBLIC_URL
from tests.support.operator_process import FAILURE, OperatorProcess

_REFUSED = re.compile(r"Forbidden|(?<![\w.:-])403(?![\w.:-])")

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
ACCOUNT = "scoped-operator"
OPERATOR_NAMESPACE = "oauth-connector-system"


async def add_account(namespace: Namespace) -> None:
    """Create the ServiceAccount of an install, with the permissions that it needs in its own namespace."""
    accounts = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", accounts, body={"metadata": {"name": ACCOUNT}})
    permissions = [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "patch"]},
    ]
    await _bind(namespace, "own-namespace", permissions, namespace.name)


async def grant_permissions(namespace: Namespace, account_in: str) -> None:
    """Create a Role with the permissions of the operator's ClusterRole, and bind it to a ServiceAccount."""
    role = await namespace.api.get(f"{RBAC}/clusterroles/oauth-connector")
    await _bind(namespace, "scoped-operator", role["rules"], account_in)


@asynccontextmanager
async def right_to_leases(api: KubeAPI) -> AsyncIterator[None]:
    """Let the operator's ServiceAccount use every Lease: the chart names the one of each release in a Role."""
    folder, name = f"{RBAC}/namespaces/{OPERATOR_NAMESPACE}", "any-lease"
    rule = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "patch"]}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    subject = {"kind": "ServiceAccount", "name": "oauth-connector", "namespace": OPERATOR_NAMESPACE}
    binding = {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}
    await api.request("POST", f"{folder}/roles", body={"metadata": {"name": name}, "rules": [rule]})
    await api.request("POST", f"{folder}/rolebindings", body=binding)
    yield
    await api.request("DELETE", f"{folder}/rolebindings/{name}")
    await api.request("DELETE", f"{folder}/roles/{name}")


async def revoke_permissions(namespace: Namespace) -> None:
    """Delete the RoleBinding of `grant_permissions`."""
    path = f"{RBAC}/namespaces/{namespace.name}/rolebindings/scoped-operator"
    await namespace.api.request("DELETE", path)


async def _bind(namespace: Namespace, name: str, rules: list[dict[str, Any]], account_in: str) -> None:
    folder, subject = f"{RBAC}/namespaces/{namespace.name}", {"kind": "ServiceAccount", "name": ACCOUNT}
    role = {"metadata": {"name": name}, "rules": rules}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    binding = {"metadata": {"name": name}, "roleRef": reference, "subjects": [{**subject, "namespace": account_in}]}
    await namespace.api.request("POST", f"{folder}/roles", body=role)
    await namespace.api.request("POST", f"{folder}/rolebindings", body=binding)
    await wait_for_permissions(namespace, rules, f"system:serviceaccount:{account_in}:{ACCOUNT}")


async def wait_for_permissions(namespace: Namespace, rules: Sequence[Mapping[str, Any]], user: str) -> None:
    """Wait until a user has all permissions of some rules: the API server learns of Roles and bindings by a watch."""
    for rule in rules:
        names = rule.get("resourceNames", [""])
        for group, resource, verb, name in product(rule["apiGroups"], rule["resources"], rule["verbs"], names):
            plural, _, part = resource.partition("/")
            wanted = {"group": group, "resource": plural, "subresource": part, "verb": verb, "name": name}
            spec = {"user": user, "resourceAttributes": {**wanted, "namespace": namespace.name}}

            async def is_allowed(spec: dict[str, Any] = spec) -> bool:
                answer = await namespace.api.request("POST", REVIEWS, body={"spec": spec})
                return bool(answer["status"]["allowed"])

            await until(is_allowed)


class OperatorInstalls:
    """Starts installs, each in a folder of its own below `folder`."""

    def __init__(self, plane: ControlPlane, folder: Path) -> None:
        self._plane = plane
        self._folder = folder
        self._started: list[OperatorProcess] = []

    async def start_namespaced(self, own: str, ports: Sequence[int], *namespaces: str) -> OperatorProcess:
        """Start one for these namespaces with the ServiceAccount of its own namespace."""
        kubeconfig = self._plane.kubeconfig_for(own, ACCOUNT)
        return await self._start(kubeconfig, ports, namespace=own, namespaces=list(namespaces), leaderElection=True)

    async def start_shard(self, kubeconfig: Path, ports: Sequence[int], selector: str) -> OperatorProcess:
        """Start one for the connectors that a label selector selects."""
        return await self._start(kubeconfig, ports, selector=selector, leaderElection=True)

    async def _start(self, kubeconfig: Path, ports: Sequence[int], **settings: object) -> OperatorProcess:
        folder = self._folder / f"install-{len(self._started)}"
        folder.mkdir()
        install = OperatorProcess(folder, kubeconfig, ports, publicURL=PUBLIC_URL, **settings)
        self._started.append(install)
        await install.start()
        return install

    async def stop(self) -> None:
        """Stop all of them, and check their logs."""
        await asyncio.gather(*(install.stop() for install in self._started))
        for install in self._started:
            assert CANARY not in install.read_log(), "a secret was logged"
            assert FAILURE not in install.read_log(), install.read_log()


@asynccontextmanager
async def operator_installs(plane: ControlPlane, folder: Path) -> AsyncIterator[OperatorInstalls]:
    """Return a way to start installs, which are stopped at the end."""
    installs = OperatorInstalls(plane, folder)
    try:
        yield installs
    finally:
        await installs.stop()


async def count_series(install: OperatorProcess, namespace: str, name: str) -> int:
    """Return how many series an install serves for a connector."""
    _, text = await install.page("/metrics")
    return sum(f'namespace="{namespace}"' in line and f'name="{name}"' in line for line in text.splitlines())


async def wait_for_owner(install: OperatorProcess, other: OperatorProcess, namespace: str, name: str) -> None:
    """Wait until one install serves the series of a connector, and the other does not."""

    async def is_moved() -> bool:
        return await count_series(install, namespace, name) > 0 and await count_series(other, namespace, name) == 0

    await until(is_moved, within=45)


async def list_refusals(install: OperatorProcess) -> list[str]:
    """List the series and the lines of its log that show a request with the answer 403, whichever client sent it."""
    _, text = await install.page("/metrics")
    counted = [line for line in text.splitlines() if 'code="403"' in line]
    return counted + [line for line in install.read_log().splitlines() if is_refusal_line(line)]


def is_refusal_line(line: str) -> bool:
    """Return whether a line of a log shows the status 403, and not these digits in a time, a port or a version."""
    return _REFUSED.search(line) is not None


async def delete_namespace(api: KubeAPI, name: str) -> None:
    """Delete a namespace, and wait until it is gone."""
    await api.request("DELETE", f"/api/v1/namespaces/{name}")

    async def is_gone() -> bool:
        found = (await api.request("GET", "/api/v1/namespaces"))["items"]
        return name not in [item["metadata"]["name"] for item in found]

    await until(is_gone, within=90)
