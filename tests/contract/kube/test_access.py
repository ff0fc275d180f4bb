"""Who the API server takes us for."""

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
    """Ask the API server for our name."""
    review = await api.create(REVIEW, {"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"}, "a-test")
    return str(review["status"]["userInfo"]["username"])


async def token_for(api: KubeAPI, namespace: str, account: str) -> str:
    """Make a ServiceAccount with a token as the kubelet gets one."""
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    await api.request("POST", accounts, body={"metadata": {"name": account}})
    request = await api.request("POST", f"{accounts}/{account}/token", body={"spec": {"expirationSeconds": 600}})
    return str(request["status"]["token"])


@pytest.fixture
def pod(control_plane: ControlPlane, tmp_path: Path) -> Access:
    """Give access as a Pod has it; its token is to be put there."""
    (tmp_path / "ca.crt").write_bytes(control_plane.ca.read_bytes())
    (tmp_path / "token").write_text("not yet")
    address = urlsplit(control_plane.url)
    environ = {"KUBERNETES_SERVICE_HOST": str(address.hostname), "KUBERNETES_SERVICE_PORT": str(address.port)}
    return Access.load(environ=environ, service_account=tmp_path)


async def test_a_kubeconfig_with_a_certificate_is_an_identity(control_plane: ControlPlane) -> None:
    """Its common name is our name."""
    async with KubeAPI(Access.load(control_plane.kubeconfig)) as api:
        assert await who_am_i(api) == "admin"


async def test_a_pods_token_is_an_identity_and_may_change(
    admin: KubeAPI, namespace: Namespace, pod: Access, tmp_path: Path
) -> None:
    """A token that is refused is read again, and the request, though a write, is made again with it."""
    async with KubeAPI(pod) as api:
        with pytest.raises(KubeError, match="401 Unauthorized"):
            await who_am_i(api)
        await asyncio.to_thread((tmp_path / "token").write_text, await token_for(admin, namespace.name, "robot"))
        assert await who_am_i(api) == f"system:serviceaccount:{namespace.name}:robot"


async def test_an_api_server_of_another_authority_is_not_spoken_to(pod: Access) -> None:
    """Without the cluster's own authority its certificate is a stranger's."""
    async with KubeAPI(Access(pod.server, tokens=pod.tokens)) as api:
        with pytest.raises(KubeError, match="0 ClientConnectorCertificateError"):
            await api.create(REVIEW, {}, "a-test")
