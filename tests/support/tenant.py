"""A user of a namespace who has the permissions that a test grants, for the admission policies of connectors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from tests.support.refused_commands import find_refusal

GROUP, RBAC = "oauthconnector.dev", "rbac.authorization.k8s.io"
CONNECTORS = f"oauthconnectors.{GROUP}"


class Tenant:
    """A user who may write the connectors of a namespace, and read the Secrets that a test grants."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = f"--namespace={namespace}"
        self._rbac = f"/apis/{RBAC}/v1/namespaces/{namespace}"
        self._grant("connectors", "get", "create", "patch", to=(GROUP, "oauthconnectors"))

    def grant_read(self, secret: str) -> None:
        """Grant the permission to get a Secret."""
        self.grant_verb("get", secret)

    def grant_verb(self, verb: str, secret: str) -> None:
        """Grant a permission to one Secret."""
        self._grant(f"{verb}-{secret}", verb, to=("", "secrets", secret))

    def grant_token(self, account: str) -> None:
        """Grant the permission to create tokens of a ServiceAccount."""
        self._grant(f"token-{account}", "create", to=("", "serviceaccounts/token", account))

    def create(self, spec: Mapping[str, Any], **annotations: str) -> str:
        """Create the connector `crm`; return the error, if any."""
        return self._run("--as=mallory", "create", "-f", "-", stdin=_manifest(spec, annotations))

    def change(self, **changes: object) -> str:
        """Change the connector; return the error, if any."""
        return self._run("--as=mallory", "patch", CONNECTORS, "crm", "--type=merge", "-p", json.dumps(changes))

    def create_as_administrator(self, spec: Mapping[str, Any], **annotations: str) -> None:
        """Create the connector as an administrator."""
        assert self._run("create", "-f", "-", stdin=_manifest(spec, annotations)) == ""

    def _grant(self, name: str, *verbs: str, to: Sequence[str]) -> None:
        """Grant verbs to a group and resource, or to one object of them, by a role and a binding of this name."""
        group, resource, *names = to
        metadata = {"name": name}
        rule = {"apiGroups": [group], "resources": [resource], "verbs": verbs, "resourceNames": names}
        self._plane.create(f"{self._rbac}/roles", {"metadata": metadata, "rules": [rule]})
        role = {"apiGroup": RBAC, "kind": "Role", "name": name}
        user = {"apiGroup": RBAC, "kind": "User", "name": "mallory"}
        self._plane.create(f"{self._rbac}/rolebindings", {"metadata": metadata, "roleRef": role, "subjects": [user]})

    def _run(self, *arguments: str, stdin: str | None = None) -> str:
        return find_refusal(self._plane, self._namespace, *arguments, stdin=stdin)


def _manifest(spec: Mapping[str, Any], annotations: Mapping[str, str]) -> str:
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
    return json.dumps({**head, "metadata": {"name": "crm", "annotations": annotations}, "spec": spec})
