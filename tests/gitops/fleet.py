"""A git repository with the operator and connectors of this checkout, the operator as a process, and its provider."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from devtools.cluster.control_plane import ControlPlane
from devtools.gitops.git_server import GitServer
from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "gitops"
SYSTEM, NAMESPACE, DEPLOYMENT = "oauth-connector-system", "orders", "oauth-connector"
BAD = {"name: crm\n": "name: bad\n", "/oauth/token": "/oauth/nothing-here"}
"""What turns connector crm into another one that cannot get a token. One that has a valid token would stay healthy."""
PATIENCE = 240.0


@dataclass(frozen=True)
class Fleet:
    """What a tool deploys, and what stands for the parts of a cluster that are missing here: there is no node."""

    plane: ControlPlane
    git: GitServer
    server: AuthorizationServer
    client: RegisteredClient
    operator: OperatorProcess

    def example(self, path: str) -> str:
        """Return a file of examples/gitops that names our servers instead of example.com."""
        text = (EXAMPLES / path).read_text(encoding="utf-8")
        for there, here in {
            "https://git.example.com/oauth-connector-operator.git": self.git.url,
            "https://git.example.com/fleet.git": self.git.url,
            "tag: v0.1.0": "branch: main",
            "targetRevision: v0.1.0": "targetRevision: main",
            "https://login.example.com/oauth/token": self.server.token_url,
            "id: orders\n": f"id: {self.client.id}\n",
        }.items():
            text = text.replace(there, here)
        return text

    def commit(self, *connectors: str, **changes: str) -> str:
        """Put connectors of the example in the repository, and nothing else; return the commit.

        `changes` replace text in all of them.
        """
        shutil.rmtree(self.git.files / "connectors", ignore_errors=True)
        for name in connectors:
            text = self.example(f"connectors/{name}.yaml")
            for there, here in changes.items():
                text = text.replace(there, here)
            self.git.write({f"connectors/{name}.yaml": text})
        listed = "".join(f"  - {name}.yaml\n" for name in connectors)
        head = (EXAMPLES / "connectors" / "kustomization.yaml").read_text().partition("resources:")[0]
        self.git.write({"connectors/kustomization.yaml": f"{head}resources:{listed and chr(10)}{listed or ' []'}"})
        return self.git.push()

    async def start_operator(self) -> None:
        """Start the operator as soon as its CRDs and its ServiceAccount are deployed."""
        await until(lambda: self.has("crd/oauthconsents.oauthconnector.dev"), PATIENCE)
        await until(lambda: self.has("deployment", DEPLOYMENT, "-n", SYSTEM), PATIENCE)
        self.plane.kubeconfig_for(SYSTEM, DEPLOYMENT)
        await self.operator.start()
        self._report_pods()

    def add_namespace(self) -> None:
        """Create the namespace of the connectors, with the Secret that is not in git."""
        self.plane.kubectl("create", "namespace", NAMESPACE)
        secret = self.client.secret.get_secret_value()
        literal = f"--from-literal=client-secret={secret}"
        self.plane.kubectl("create", "secret", "generic", "crm-client", "-n", NAMESPACE, literal)

    def read(self, *arguments: str) -> dict[str, Any]:
        """Return an object as kubectl prints it."""
        return dict(json.loads(self.plane.kubectl("get", *arguments, "--output=json")))

    def connector(self, name: str = "crm") -> dict[str, Any]:
        """Return a connector."""
        return self.read("oac", name, "-n", NAMESPACE)

    def version_of(self, kind: str, name: str) -> str:
        """Return the resourceVersion of an object beside the connectors: each write changes it."""
        return str(self.read(kind, name, "-n", NAMESPACE)["metadata"]["resourceVersion"])

    async def has(self, *arguments: str) -> bool:
        """Return whether an object exists."""
        found = await asyncio.to_thread(self.plane.kubectl, "get", *arguments, "--ignore-not-found", "--output=name")
        return bool(found.strip())

    async def wait_until_gone(self, *names: str) -> None:
        """Wait until objects of the namespace do not exist."""
        for name in names:

            async def is_gone(wanted: str = name) -> bool:
                return not await self.has(wanted, "-n", NAMESPACE)

            await until(is_gone, PATIENCE)

    def _report_pods(self) -> None:
        """Report the process as the Pods of the Deployment, as the controllers of a cluster with nodes do."""
        found = self.read("deployment", DEPLOYMENT, "-n", SYSTEM)
        count = found["spec"]["replicas"]
        kinds = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
        reasons = {"Available": "MinimumReplicasAvailable", "Progressing": "NewReplicaSetAvailable"}
        conditions = [{"type": kind, "status": "True", "reason": reason} for kind, reason in reasons.items()]
        status = {"observedGeneration": found["metadata"]["generation"], "conditions": conditions}
        self._report("deployment", {**status, **dict.fromkeys(kinds, count)})
        budget = {"expectedPods": count, "currentHealthy": count, "desiredHealthy": 1, "disruptionsAllowed": 1}
        allowed = {"type": "DisruptionAllowed", "status": "True", "reason": "SufficientPods", "message": ""}
        allowed["lastTransitionTime"] = found["metadata"]["creationTimestamp"]
        self._report("poddisruptionbudget", {**budget, "observedGeneration": 1, "conditions": [allowed]})

    def _report(self, kind: str, status: object) -> None:
        place = (DEPLOYMENT, "-n", SYSTEM, "--subresource=status", "--type=merge")
        self.plane.kubectl("patch", kind, *place, "-p", json.dumps({"status": status}))


@asynccontextmanager
async def open_fleet(
    plane: ControlPlane, git: GitServer, server: AuthorizationServer, folder: Path
) -> AsyncIterator[Fleet]:
    """Yield a fleet whose repository has the manifests of the operator; stop the operator at the end."""
    shutil.copytree(ROOT / "deploy" / "kustomize", git.files / "deploy" / "kustomize")
    client = server.register(secret="c4n4ry-client-secret", lifetime=600)
    kubeconfig = plane.folder / f"{SYSTEM}-{DEPLOYMENT}.kubeconfig"
    operator = OperatorProcess(folder, kubeconfig, (urlsplit(server.token_url).port or 80,))
    fleet = Fleet(plane, git, server, client, operator)
    fleet.commit()
    try:
        yield fleet
    finally:
        await operator.stop()
