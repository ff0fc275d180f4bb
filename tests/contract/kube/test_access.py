"""The identity of the process in the API server."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.cluster import Namespace

REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


async def who_am_i(api: KubeAPI) -> str:
    """Return the user name in the API server."""
    review = await api.create(REVIEW, {"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"}, "a-test")
    return str(review["status"]["userInfo"]["username"])


async def token_for(api: KubeAPI, namespace: str, account: str) -> str:
    """Create a ServiceAccount with a token, as the kubelet does."""
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    await api.request("POST", accounts, body={"metadata": {"name": account}})
    request = await api.request("POST", f"{accounts}/{account}/token", body={"spec": {"expirationSeconds": 600}})
    return str(request["status"]["token"])


@pytest.fixture
def pod(control_plane: ControlPlane, tmp_path: Path) -> Access:
    """Return the access of a Pod; a test writes its token."""
    (tmp_path / "ca.crt").write_bytes(control_plane.ca.read_bytes())
    (tmp_path / "token").write_text("not yet")
    address = urlsplit(control_plane.url)
    environ = {"KUBERNETES_SERVICE_HOST": str(address.hostname), "KUBERNETES_SERVICE_PORT": str(address.port)}
    return Access.load(environ=environ, service_account=tmp_path)


async def test_a_kubeconfig_with_a_certificate_is_an_identity(control_plane: ControlPlane) -> None:
    """Its common name is the user name."""
    async with KubeAPI(Access.load(control_plane.kubeconfig)) as api:
        assert await who_am_i(api) == "admin"


async def test_a_pods_token_is_an_identity_and_may_change(
    admin: KubeAPI, namespace: Namespace, pod: Access, tmp_path: Path
) -> None:
    """A rejected token is read again, and the request is repeated with it, also a write."""
    async with KubeAPI(pod) as api:
        with pytest.raises(KubeError, match="401 Unauthorized"):
            await who_am_i(api)
        await asyncio.to_thread((tmp_path / "token").write_text, await token_for(admin, namespace.name, "robot"))
        assert await who_am_i(api) == f"system:serviceaccount:{namespace.name}:robot"


async def test_an_api_server_of_another_authority_gets_no_request(pod: Access) -> None:
    """Without the authority of the cluster, its certificate is not trusted."""
    async with KubeAPI(Access(pod.server, tokens=pod.tokens)) as api:
        with pytest.raises(KubeError, match="0 ClientConnectorCertificateError"):
            await api.create(REVIEW, {}, "a-test")
