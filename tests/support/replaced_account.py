"""A ServiceAccount that a test deletes and creates again, so that tokens of the first one are rejected."""

import asyncio
import re
from pathlib import Path

import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.cluster import Namespace

NAME = "replaced"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"


class ReplacedAccount:
    """A ServiceAccount with a ClusterRole, and a kubeconfig that names the file of its token."""

    def __init__(self, plane: ControlPlane, namespace: Namespace, folder: Path) -> None:
        self._plane = plane
        self._namespace = namespace
        self._token = folder / "account-token"
        self.kubeconfig = folder / "account-kubeconfig"

    async def create(self, role: str) -> None:
        """Create the account and its permissions, and write its token."""
        subject = {"kind": "ServiceAccount", "name": NAME, "namespace": self._namespace.name}
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
        body = {"metadata": {"name": self._namespace.name}, "subjects": [subject], "roleRef": reference}
        await self._namespace.api.request("POST", BINDINGS, body=body)
        await self._create_account()
        await self.write_token()
        config = yaml.safe_load(self._plane.kubeconfig.read_text())
        config["users"][0]["user"] = {"tokenFile": str(self._token)}
        await asyncio.to_thread(self.kubeconfig.write_text, yaml.safe_dump(config))

    async def replace(self) -> None:
        """Delete the account, and create another one of the same name: its token belongs to the UID of the first."""
        await self._namespace.delete("serviceaccounts", NAME)
        await self._create_account()

    async def write_token(self) -> None:
        """Write a new token into the file, as the kubelet does."""
        path = f"/api/v1/namespaces/{self._namespace.name}/serviceaccounts/{NAME}/token"
        answer = await self._namespace.api.request("POST", path, body={"spec": {"expirationSeconds": 3600}})
        await asyncio.to_thread(self._token.write_text, answer["status"]["token"])

    async def count_rejected_logins(self) -> int:
        """Return how many authentications the API server has rejected since its start."""
        page = await asyncio.to_thread(self._plane.kubectl, "get", "--raw", "/metrics")
        found = re.search(r'^authentication_attempts\{result="(?:error|failure)"\} (\S+)$', page, re.MULTILINE)
        return int(float(found[1])) if found else 0

    async def _create_account(self) -> None:
        accounts = f"/api/v1/namespaces/{self._namespace.name}/serviceaccounts"
        await self._namespace.api.request("POST", accounts, body={"metadata": {"name": NAME}})
