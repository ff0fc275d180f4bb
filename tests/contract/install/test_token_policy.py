"""The chart's permissions and admission policy for tokens of ServiceAccounts, on the real API server."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.v1alpha1.references import API_AUDIENCE
from tests.support.cluster import Namespace, new_namespace
from tests.support.refused_commands import find_refusal
from tests.support.token_permissions import ENABLED, OPERATOR, install_permissions, render

AUDIENCE = "api://AzureADTokenExchange"
ALLOWED = {"oauthconnector.dev/allow-token-for": "crm"}
GOOD: dict[str, Any] = {"audiences": [AUDIENCE], "expirationSeconds": 600}
ONE_AUDIENCE = "a token must have one audience, which is none of the Kubernetes API"
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "without an audience": ({"expirationSeconds": 600}, ONE_AUDIENCE),
    "two audiences": ({**GOOD, "audiences": [AUDIENCE, "https://b.example"]}, ONE_AUDIENCE),
    "the API server": ({**GOOD, "audiences": ["https://kubernetes.default.svc"]}, ONE_AUDIENCE),
    "konnectivity": ({**GOOD, "audiences": ["system:konnectivity-server"]}, ONE_AUDIENCE),
    "an audience of the values": ({**GOOD, "audiences": ["https://oidc.example.com/7"]}, ONE_AUDIENCE),
    "a long time": ({**GOOD, "expirationSeconds": 601}, "a token must be valid for at most ten minutes"),
    "the default time": ({"audiences": [AUDIENCE]}, "a token must be valid for at most ten minutes"),
    "bound to a Pod": (
        {**GOOD, "boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": "s", "uid": "u"}},
        "a token must be bound to no object",
    ),
}


def list_kinds(values: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Return kind and namespace of the objects of the template."""
    return [(each["kind"], each["metadata"].get("namespace")) for each in render(values)]


def test_nothing_is_installed_by_default() -> None:
    """No role and no policy."""
    assert list_kinds({}) == []


def test_an_install_for_all_namespaces_has_a_cluster_role() -> None:
    """And the policy with its binding."""
    roles = [("ClusterRole", None), ("ClusterRoleBinding", None)]
    policy = [("ValidatingAdmissionPolicy", None), ("ValidatingAdmissionPolicyBinding", None)]
    assert list_kinds(ENABLED) == [*roles, *policy]


def test_an_install_for_some_namespaces_has_roles_there() -> None:
    """Without permissions in the whole cluster, the policy is left out."""
    values = {"namespaces": ["a", "b"], "serviceAccountTokens": {"enabled": True, "policy": False}}
    assert list_kinds(values) == [("Role", "a"), ("Role", "b"), ("RoleBinding", "a"), ("RoleBinding", "b")]


def test_policy_and_spec_refuse_the_same_audiences() -> None:
    """The expression of the policy is the pattern of the spec."""
    (policy,) = [each for each in render(ENABLED) if each["kind"] == "ValidatingAdmissionPolicy"]
    assert f"r'^({API_AUDIENCE})$'" in policy["spec"]["validations"][1]["expression"]


@pytest.fixture(scope="module")
def installed(control_plane: ControlPlane) -> ControlPlane:
    """Return a control plane with the role and the policy."""
    install_permissions(control_plane)
    return control_plane


def request_token(plane: ControlPlane, namespace: str, account: str, spec: dict[str, Any], *arguments: str) -> str:
    """Request a token; return the error, if any."""
    body = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    return find_refusal(plane, *arguments, "create", "--raw", path, "-f", "-", stdin=body)


async def add_account(namespace: Namespace, name: str, annotations: dict[str, str]) -> None:
    """Create a ServiceAccount."""
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", path, body={"metadata": {"name": name, "annotations": annotations}})


@pytest.fixture
async def shop(installed: ControlPlane, namespace: Namespace) -> Namespace:
    """Return a namespace with ServiceAccounts that allow tokens or do not, once the policy is in force."""
    await add_account(namespace, "allowed", ALLOWED)
    await add_account(namespace, "other", {})
    await add_account(namespace, "empty", {"oauthconnector.dev/allow-token-for": ""})
    async with asyncio.timeout(30):  # role and policy are read by a watch
        while "must have the annotation" not in request_token(
            installed, namespace.name, "other", GOOD, f"--as={OPERATOR}"
        ):
            await asyncio.sleep(0.1)
        while request_token(installed, namespace.name, "allowed", GOOD, f"--as={OPERATOR}") != "":
            await asyncio.sleep(0.1)
    return namespace


@pytest.mark.parametrize("name", REFUSED)
async def test_the_policy_holds_the_operator_to_its_limits(installed: ControlPlane, shop: Namespace, name: str) -> None:
    """TH47 in docs/explanation/threat-model.md: also an operator that an attacker controls."""
    spec, message = REFUSED[name]
    assert message in request_token(installed, shop.name, "allowed", spec, f"--as={OPERATOR}")


@pytest.mark.parametrize("account", ["other", "empty"])
async def test_the_policy_requires_the_annotation(installed: ControlPlane, shop: Namespace, account: str) -> None:
    """Another ServiceAccount of the namespace has it, which changes nothing."""
    error = request_token(installed, shop.name, account, GOOD, f"--as={OPERATOR}")
    assert "the ServiceAccount must have the annotation oauthconnector.dev/allow-token-for" in error


async def test_the_policy_is_for_the_namespace_of_the_request(installed: ControlPlane, shop: Namespace) -> None:
    """A ServiceAccount of the same name elsewhere does not allow it."""
    async with new_namespace(shop.api) as elsewhere:
        await add_account(elsewhere, "allowed", {})
        assert "must have the annotation" in request_token(
            installed, elsewhere.name, "allowed", GOOD, f"--as={OPERATOR}"
        )


async def test_the_policy_is_for_the_operator_alone(installed: ControlPlane, shop: Namespace) -> None:
    """Kubelets and administrators request tokens as before."""
    assert request_token(installed, shop.name, "other", {"audiences": ["https://kubernetes.default.svc"]}) == ""
