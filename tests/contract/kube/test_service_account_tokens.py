"""Tokens of ServiceAccounts from the TokenRequest API of the real API server."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.service_account_tokens import KNOWN_FOR, ServiceAccountTokens
from tests.support.cluster import Namespace

AUDIENCE = "api://AzureADTokenExchange"
ISSUER = "https://kubernetes.default.svc"
ANNOTATIONS = {
    "oauthconnector.dev/allow-token-for": "crm, erp",
    "oauthconnector.dev/allowed-hosts": "login.example.com",
}


async def add_account(namespace: Namespace, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """Create the ServiceAccount `builder`."""
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    body = {"metadata": {"name": "builder", "annotations": annotations or {}}}
    return await namespace.api.request("POST", path, body=body)


@pytest.fixture
async def unprivileged(control_plane: ControlPlane, namespace: Namespace) -> AsyncIterator[KubeAPI]:
    """Return a client of a ServiceAccount without permissions."""
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", path, body={"metadata": {"name": "unprivileged"}})
    kubeconfig: Path = control_plane.kubeconfig_for(namespace.name, "unprivileged")
    async with KubeAPI(from_kubeconfig(kubeconfig)) as api:
        yield api


def read_claims(token: SecretStr) -> dict[str, Any]:
    """Return the claims of a token."""
    claims = token.get_secret_value().split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return found


async def test_a_token_has_one_audience_and_ten_minutes(admin: KubeAPI, namespace: Namespace) -> None:
    """It is bound to no Pod and no Secret, and its subject is the ServiceAccount."""
    account = await add_account(namespace)
    token = await ServiceAccountTokens(admin).request(namespace.name, "builder", AUDIENCE)
    assert isinstance(token, SecretStr)
    claims = read_claims(token)
    assert (claims["aud"], claims["iss"]) == ([AUDIENCE], ISSUER)
    assert claims["sub"] == f"system:serviceaccount:{namespace.name}:builder"
    assert claims["exp"] - claims["iat"] == 600
    assert claims["kubernetes.io"]["serviceaccount"]["uid"] == account["metadata"]["uid"]
    assert "pod" not in claims["kubernetes.io"]
    assert "secret" not in claims["kubernetes.io"]


@pytest.mark.parametrize("account", ["builder", "default"])
async def test_a_token_for_the_kubernetes_api_is_not_returned(
    admin: KubeAPI, namespace: Namespace, account: str
) -> None:
    """TH47 in docs/explanation/threat-model.md: the API server accepts its issuer as audience, which no field shows."""
    if account == "builder":
        await add_account(namespace)
    else:
        path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts/default"
        body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        query = {"fieldManager": "a-user", "force": "true"}
        await admin.request("PATCH", path, query=query, body=body, content_type="application/apply-patch+yaml")
    denied = await ServiceAccountTokens(admin).request(namespace.name, account, ISSUER)
    assert isinstance(denied, TokenDenied)
    assert "the Kubernetes API itself accepts tokens for this audience" in denied.cause


async def test_an_audience_is_tried_once_an_hour(admin: KubeAPI, namespace: Namespace) -> None:
    """The API server may be configured with another audience while the operator runs."""
    await add_account(namespace)
    now = [0.0]
    tokens = ServiceAccountTokens(admin, lambda: now[0])
    sent: list[str] = []
    accepts = admin.accepts_token

    async def record(token: SecretStr) -> bool:
        sent.append(token.get_secret_value())
        return await accepts(token)

    tokens._api = RecordingAPI(admin, record)  # type: ignore[assignment]  # it has the two methods that are called
    for later in (0.0, KNOWN_FOR - 1, KNOWN_FOR + 1):
        now[0] = later
        assert isinstance(await tokens.request(namespace.name, "builder", AUDIENCE), SecretStr)
    assert len(sent) == 2


class RecordingAPI:
    """A client of the API server that records which tokens it tries."""

    def __init__(self, api: KubeAPI, accepts_token: Any) -> None:
        self.create = api.create
        self.accepts_token = accepts_token


async def test_a_client_without_permissions_is_denied(unprivileged: KubeAPI, namespace: Namespace) -> None:
    """The cause names the permission; nothing is raised, since it would be repeated for ever."""
    await add_account(namespace)
    tokens = ServiceAccountTokens(unprivileged)
    read, issued = (
        await tokens.read(namespace.name, "builder"),
        await tokens.request(namespace.name, "builder", AUDIENCE),
    )
    assert isinstance(read, TokenDenied)
    assert "get ServiceAccounts" in read.cause
    assert isinstance(issued, TokenDenied)
    assert "`serviceaccounts/token`" in issued.cause


async def test_a_missing_account_is_no_error(admin: KubeAPI, namespace: Namespace) -> None:
    """It may be deleted between the two requests."""
    tokens = ServiceAccountTokens(admin)
    assert await tokens.read(namespace.name, "missing") is None
    denied = await tokens.request(namespace.name, "missing", AUDIENCE)
    assert isinstance(denied, TokenDenied)


async def test_annotations_and_version_are_read(admin: KubeAPI, namespace: Namespace) -> None:
    """The version is that which a later look at the ServiceAccount returns, so that a change is noticed."""
    made = await add_account(namespace, ANNOTATIONS)
    cluster = KubeCluster(admin, Caches.build(lambda _key: None))
    account = await cluster.read_service_account(namespace.name, "builder")
    version = CredentialVersion("serviceaccount/builder", made["metadata"]["uid"], made["metadata"]["resourceVersion"])
    assert account == ServiceAccount(version, frozenset({"crm", "erp"}), ("login.example.com",))
    assert await cluster.read_version(namespace.name, "serviceaccount/builder") == version


async def test_an_account_that_cannot_be_read_has_no_version(unprivileged: KubeAPI, namespace: Namespace) -> None:
    """As one that does not exist: a refused read does not end the reconciliation."""
    await add_account(namespace)
    cluster = KubeCluster(unprivileged, Caches.build(lambda _key: None))
    name = "serviceaccount/builder"
    assert await cluster.read_version(namespace.name, name) == CredentialVersion(name)
