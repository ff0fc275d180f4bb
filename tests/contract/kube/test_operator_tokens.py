"""The operator's own token in a file, as the kubelet writes it, judged by the real API server."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from oauth_connector.connector.service_accounts import TokenDenied
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.service_account_tokens import ServiceAccountTokens
from tests.contract.kube.test_service_account_tokens import AUDIENCE, ISSUER, add_account
from tests.support.cluster import Namespace


async def issue(admin: KubeAPI, namespace: Namespace, *audiences: str) -> str:
    """Return a token of a new ServiceAccount, as the kubelet requests it."""
    await add_account(namespace)
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts/builder/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": list(audiences)}}
    return str((await admin.request("POST", path, body=body))["status"]["token"])


async def test_the_token_of_the_file_is_returned(admin: KubeAPI, namespace: Namespace, tmp_path: Path) -> None:
    """A replaced file counts at the next request."""
    tokens, file = ServiceAccountTokens(admin), tmp_path / "token"
    first = await issue(admin, namespace, AUDIENCE)
    file.write_text(first)
    assert await tokens.read_file(file, AUDIENCE) == SecretStr(first)
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts/builder/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": [AUDIENCE]}}
    second = (await admin.request("POST", path, body=body))["status"]["token"]
    file.write_text(f"{second}\n")
    assert await tokens.read_file(file, AUDIENCE) == SecretStr(second)


@pytest.mark.parametrize("audiences", [[ISSUER], ["https://other.example"], [AUDIENCE, ISSUER]])
async def test_a_token_for_another_audience_is_not_sent(
    admin: KubeAPI, namespace: Namespace, tmp_path: Path, audiences: list[str]
) -> None:
    """TH48 in docs/explanation/threat-model.md: a path may lead to the token with which the operator uses the API."""
    (tmp_path / "token").write_text(await issue(admin, namespace, *audiences))
    denied = await ServiceAccountTokens(admin).read_file(tmp_path / "token", AUDIENCE)
    assert isinstance(denied, TokenDenied)
    assert "is for another audience" in denied.cause


async def test_a_token_for_the_kubernetes_api_is_not_sent(admin: KubeAPI, namespace: Namespace, tmp_path: Path) -> None:
    """The API server accepts audiences that no resource lists."""
    (tmp_path / "token").write_text(await issue(admin, namespace, ISSUER))
    denied = await ServiceAccountTokens(admin).read_file(tmp_path / "token", ISSUER)
    assert isinstance(denied, TokenDenied)
    assert "the Kubernetes API itself accepts tokens for this audience" in denied.cause


@pytest.mark.parametrize("content", [None, b"", b"no-jwt", b"\xff\xfe", b"a.W10.c", b"a.e30.c"])
async def test_a_file_without_a_token_is_named(admin: KubeAPI, tmp_path: Path, content: bytes | None) -> None:
    """Nothing of its content is in the cause."""
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    denied = await ServiceAccountTokens(admin).read_file(file, AUDIENCE)
    assert isinstance(denied, TokenDenied)
    assert str(file) in denied.cause
    assert "jwt" not in denied.cause
