"""A git repository with the operator and connectors of this checkout, the operator as a process, and its provider."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from devtools.cluster.control_plane import ControlPlane
from devtools.gitops.git_server import GitRepository, GitServer
from tests.support.cluster import until
from tests.support.gitops_pages import GIT, read_example
from tests.support.operator_process import OperatorProcess
from tests.support.page_commands import PAGES, ROOT, read_commands

SYSTEM, NAMESPACE, DEPLOYMENT = "oauth-connector-system", "orders", "oauth-connector"
BAD = {"name: crm\n": "name: bad\n", "id: ": "id: not-"}
"""What turns connector crm into another one, of an unknown client. One that has a valid token would stay healthy."""
PATIENCE = 240.0


@dataclass(frozen=True)
class Fleet:
    """What a tool deploys, and what stands for the parts of a cluster that are missing here: there is no node."""

    plane: ControlPlane
    git: GitServer
    repository: GitRepository
    server: AuthorizationServer
    client: RegisteredClient
    operator: OperatorProcess

    def example(self, path: str) -> str:
        """Return a file of examples/gitops in which everything is replaced that the pages name, but the image.

        No node pulls the image here.
        """
        replacements = {
            GIT: self.git.url,
            "https://login.example.com/oauth/token": self.server.token_url,
            "id: orders": f"id: {self.client.id}",
        }
        return read_example(path, replacements)

    def commit(self, *connectors: str, **changes: str) -> str:
        """Put connectors of the example in the repository, and their namespace; return the commit.

        `changes` replace text in all of them.
        """
        shutil.rmtree(self.repository.files / "connectors", ignore_errors=True)
        listed = ["namespace", *connectors]
        for name in listed:
            text = self.example(f"connectors/{name}.yaml")
            for there, here in changes.items():
                text = text.replace(there, here)
            self.repository.write({f"connectors/{name}.yaml": text})
        head = self.example("connectors/kustomization.yaml").partition("resources:")[0]
        lines = [f"{head}resources:", *(f"  - {name}.yaml" for name in listed)]
        self.repository.write({"connectors/kustomization.yaml": "\n".join(lines)})
        return self.repository.push()

    async def start_operator(self) -> None:
        """Start the operator as soon as its CRDs and its ServiceAccount are deployed."""
        await until(lambda: self.has("crd/oauthconsents.oauthconnector.dev"), PATIENCE)
        await until(lambda: self.has("deployment", DEPLOYMENT, "-n", SYSTEM), PATIENCE)
        self.plane.kubeconfig_for(SYSTEM, DEPLOYMENT)
        await self.operator.start()
        self._add_pod()
        self._report_pods()

    async def add_secrets(self, page: str) -> None:
        """Create the Secrets that are not in Git with the commands of the page, when the namespace is deployed."""
        await until(lambda: self.has("namespace", NAMESPACE), PATIENCE)
        commands = read_commands(PAGES / f"{page}.md")["Install the operator and deploy connectors"]
        (create,) = (block for block in commands if "create secret" in block)
        secret = self.client.secret.get_secret_value()
        self.run(create, CRM_CLIENT_SECRET=secret, MAILBOX_CLIENT_SECRET="none is needed before a consent")

    def run(self, commands: str, **variables: str) -> None:
        """Run commands of a page as a cluster administrator. Raises `CalledProcessError` if one fails."""
        path = f"{self.plane.binaries}:{os.environ['PATH']}"
        environment = {**os.environ, **variables, "PATH": path, "KUBECONFIG": str(self.plane.kubeconfig)}
        subprocess.run(["bash", "-euo", "pipefail", "-c", commands], env=environment, check=True)  # noqa: S603, S607  # commands of our own page

    async def stop_pods(self) -> None:
        """Delete the Pods when the Deployment has no replicas, as the controllers of a cluster do."""

        async def is_scaled() -> bool:
            return bool(self.read("deployment", DEPLOYMENT, "-n", SYSTEM)["spec"]["replicas"] == 0)

        await until(is_scaled, PATIENCE)
        await self.operator.stop()
        self.plane.kubectl("delete", "pod", "--all", "-n", SYSTEM)

    def read(self, *arguments: str) -> dict[str, Any]:
        """Return an object as kubectl prints it."""
        return dict(json.loads(self.plane.kubectl("get", *arguments, "--output=json")))

    def connector(self, name: str = "crm") -> dict[str, Any]:
        """Return a connector."""
        return self.read("oac", name, "-n", NAMESPACE)

    def version_of(self, kind: str, name: str) -> str:
        """Return the resourceVersion of an object beside the connectors: each write changes it."""
        return str(self.read(kind, name, "-n", NAMESPACE)["metadata"]["resourceVersion"])

    def image(self) -> str:
        """Return the image that the Deployment names."""
        return str(
            self.read("deployment", DEPLOYMENT, "-n", SYSTEM)["spec"]["template"]["spec"]["containers"][0]["image"]
        )

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

    def _add_pod(self) -> None:
        """Create a Pod of the Deployment. There is no node, so it stays pending."""
        template = self.read("deployment", DEPLOYMENT, "-n", SYSTEM)["spec"]["template"]
        metadata = {"name": DEPLOYMENT, "namespace": SYSTEM, "labels": template["metadata"]["labels"]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
        self.plane.kubectl("create", "--filename=-", stdin=json.dumps(pod))

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
    """Yield a fleet whose git server has the operator, pushed as the pages say; stop the operator at the end."""
    _push_operator(git)
    client = server.register(secret="c4n4ry-client-secret", lifetime=600)
    kubeconfig = plane.folder / f"{SYSTEM}-{DEPLOYMENT}.kubeconfig"
    operator = OperatorProcess(folder, kubeconfig, (urlsplit(server.token_url).port or 80,))
    fleet = Fleet(plane, git, git.create("fleet"), server, client, operator)
    fleet.commit()
    try:
        yield fleet
    finally:
        await operator.stop()


def _push_operator(git: GitServer) -> None:
    """Push this checkout with the tag of the examples. Files that the tools do not read are left out."""
    checkout = git.create("oauth-connector-operator")
    shutil.copytree(ROOT / "deploy" / "kustomize", checkout.files / "deploy" / "kustomize")
    checkout.commit()
    (push,) = read_commands(PAGES / "flux.md")["Copy the examples"]
    command = ["bash", "-euo", "pipefail", "-c", push.replace(GIT, git.url)]
    subprocess.run(command, cwd=checkout.files, check=True)  # noqa: S603  # the command of our own page
