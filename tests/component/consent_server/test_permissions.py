"""The permissions of the consent server in the manifests, on a real API server: three verbs, and one object."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.names import CLIENT_KEYS
from oauth_connector.consent_server.consent_store import ConsentModified, KubeConsentStore
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import config_map_path
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ask

API = "/apis/oauthconnector.dev/v1alpha1"
SEALED = "a.b.c.d.e"
OWN = "oauth-connector-system"


@pytest.fixture
async def service(consent_account: Path) -> AsyncIterator[KubeAPI]:
    """Return the API server as the service meets it."""
    async with KubeAPI(from_kubeconfig(consent_account)) as api:
        yield api


async def test_the_consent_server_cannot_read_secrets(service: KubeAPI, namespace: Namespace) -> None:
    """It cannot read them by name, by list or as metadata."""
    await namespace.add_secret("crm", value="v")
    for path in (f"/api/v1/namespaces/{namespace.name}/secrets/crm", "/api/v1/secrets"):
        with pytest.raises(KubeError) as refused:
            await service.get(path)
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "oauthconsents"),
        ("POST", "oauthconsents"),
        ("PATCH", "oauthconsents/one"),
        ("PUT", "oauthconsents/one/status"),
        ("DELETE", "oauthconsents/one"),
        ("GET", "oauthconnectors/zoho"),
        ("PATCH", "oauthconnectors/zoho/status"),
    ],
)
async def test_the_consent_server_has_no_other_permissions(
    service: KubeAPI, namespace: Namespace, method: str, path: str
) -> None:
    """It cannot list consents, write anything but status, or read connectors."""
    await ask(namespace, "one")
    content = "application/merge-patch+json" if method == "PATCH" else "application/json"
    with pytest.raises(KubeError) as refused:
        await service.request(method, f"{API}/namespaces/{namespace.name}/{path}", body={}, content_type=content)
    assert refused.value.status == 403


def test_the_consent_server_has_exactly_three_permissions(control_plane: ControlPlane, consent_account: Path) -> None:
    """Kubectl lists these and no Secrets; `response` is no resource, but what an admission policy asks for."""
    listed = control_plane.kubectl("auth", "can-i", "--list", "--kubeconfig", str(consent_account), "--no-headers")
    listed_resources = [line.split() for line in listed.splitlines() if "oauthconnector.dev" in line]
    assert "secrets" not in listed
    assert {words[0]: words[-1] for words in listed_resources} == {
        "oauthconsents.oauthconnector.dev": "[get]",
        "oauthconsents.oauthconnector.dev/status": "[patch]",
        "oauthconsents.oauthconnector.dev/response": "[update]",
    }


async def test_the_consent_server_reads_public_keys_and_writes_none(
    service: KubeAPI, control_plane: ControlPlane
) -> None:
    """It may get that one ConfigMap, in its own namespace."""
    control_plane.kubectl("create", "configmap", CLIENT_KEYS, "--namespace", OWN, "--from-literal=jwks.json={}")
    path = config_map_path(OWN, CLIENT_KEYS)
    assert (await service.get(path))["data"] == {"jwks.json": "{}"}
    for method, at in (("PATCH", path), ("DELETE", path), ("GET", config_map_path(OWN)), ("GET", f"{path}-2")):
        with pytest.raises(KubeError) as refused:
            await service.request(method, at, body={}, content_type="application/merge-patch+json")
        assert refused.value.status == 403
    control_plane.kubectl("delete", "configmap", CLIENT_KEYS, "--namespace", OWN)


async def test_a_response_is_written_once_and_only_to_the_version_that_was_read(
    service: KubeAPI, namespace: Namespace
) -> None:
    """A second write, or a write to an older version, is reported as a conflict and changes nothing."""
    asked = await ask(namespace)
    consents, name = KubeConsentStore(service), ObjectKey(namespace.name, asked.name)
    old = await consents.read(name)
    assert old is not None
    await asked.fill("https://connect.example.com", "https://accounts.example.com/auth")
    with pytest.raises(ConsentModified):
        await consents.write_response(old, SEALED)
    new = await consents.read(name)
    assert new is not None
    await consents.write_response(new, SEALED)
    newest = await consents.read(name)
    assert newest is not None
    assert newest.response == SEALED
    with pytest.raises(ConsentModified):
        await consents.write_response(newest, "f.g.h.i.j")
    assert await asked.response() == SEALED


async def test_a_deleted_consent_is_none(service: KubeAPI, namespace: Namespace) -> None:
    """It cannot be read, and its response not written."""
    asked = await ask(namespace)
    consents, name = KubeConsentStore(service), ObjectKey(namespace.name, asked.name)
    read = await consents.read(name)
    assert read is not None
    await namespace.delete("oauthconsents", asked.name)
    assert await consents.read(name) is None
    with pytest.raises(ConsentModified):
        await consents.write_response(read, SEALED)
