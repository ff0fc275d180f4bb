"""Writes for which the API server behaves unexpectedly: the reasons for decision 8."""

import pytest

from oauth_connector.connector.secret.metadata import secret_metadata
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.builders import a_spec
from tests.support.cluster import MERGE, Namespace

APPLY = "application/apply-patch+yaml"
US = {"fieldManager": "oauth-connector"}


def a_secret(name: str, **metadata: object) -> dict[str, object]:
    """Return a Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, **metadata}, "stringData": {"a": "b"}}


async def test_apply_with_a_version_creates_a_missing_object(admin: KubeAPI, namespace: Namespace) -> None:
    """Server-side apply would create a deleted Secret again, with any version; the operator does not use it."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/ghost"
    body = a_secret("ghost", resourceVersion="1")
    made = await admin.request("PATCH", path, query=US, body=body, content_type=APPLY)
    assert made["metadata"]["uid"]


async def test_a_merge_patch_of_a_missing_object_fails(admin: KubeAPI, namespace: Namespace) -> None:
    """A merge patch never creates."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/ghost"
    with pytest.raises(KubeError) as refused:
        await admin.request("PATCH", path, query=US, body={"data": {}}, content_type=MERGE)
    assert refused.value.status == 404


ANOTHER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"resourceVersion": "1"}, 409), ({"uid": ANOTHER}, 422), ({"uid": ANOTHER, "resourceVersion": "1"}, 409)],
)
async def test_a_merge_patch_with_another_version_or_uid_is_rejected(
    admin: KubeAPI, namespace: Namespace, wrong: dict[str, str], status: int
) -> None:
    """Version and UID of the read are preconditions of the write; the version is checked first."""
    await namespace.add_secret("known", a="b")
    path = f"/api/v1/namespaces/{namespace.name}/secrets/known"
    with pytest.raises(KubeError) as refused:
        await admin.request("PATCH", path, query=US, body={"metadata": wrong}, content_type=MERGE)
    assert refused.value.status == status


async def test_status_accepts_a_wrong_uid_and_rejects_an_old_version(admin: KubeAPI, namespace: Namespace) -> None:
    """Under `/status` the UID is no precondition; the version is."""
    made = await namespace.add_connector("crm", a_spec())
    path = f"/apis/oauthconnector.dev/v1alpha1/namespaces/{namespace.name}/oauthconnectors/crm/status"
    body = {"metadata": {"uid": ANOTHER}, "status": {"observedGeneration": 1}}
    await admin.request("PATCH", path, body=body, content_type=MERGE)
    old = [
        {"op": "add", "path": "/metadata/resourceVersion", "value": made["metadata"]["resourceVersion"]},
        {"op": "add", "path": "/status", "value": {"observedGeneration": 2}},
    ]
    with pytest.raises(KubeError) as refused:
        await admin.request("PATCH", path, body=old, content_type="application/json-patch+json")
    assert refused.value.status == 409


async def test_a_post_and_later_patches_share_one_entry_of_the_field_manager(
    admin: KubeAPI, namespace: Namespace
) -> None:
    """So a key that the operator removes is removed, and not kept by a second entry."""
    secrets = f"/api/v1/namespaces/{namespace.name}/secrets"
    await admin.request("POST", secrets, query=US, body=a_secret("own-entries"))
    patched = await admin.request(
        "PATCH", f"{secrets}/own-entries", query=US, body={"data": {"a": None, "c": "ZA=="}}, content_type=MERGE
    )
    own_entries = [entry for entry in patched["metadata"]["managedFields"] if entry["manager"] == "oauth-connector"]
    assert len(own_entries) == 1
    assert patched["data"] == {"c": "ZA=="}


async def test_a_metadata_list_contains_field_owners_and_no_value(admin: KubeAPI, namespace: Namespace) -> None:
    """Drift is detected without reading a value."""
    labels = {"oauthconnector.dev/managed": "true"}
    secrets = f"/api/v1/namespaces/{namespace.name}/secrets"
    await admin.request("POST", secrets, query=US, body=a_secret("own-entries", labels=labels))
    listed = await admin.request(
        "GET", secrets, query={"labelSelector": "oauthconnector.dev/managed=true"}, accept=METADATA_LIST
    )
    assert [item["metadata"]["name"] for item in listed["items"]] == ["own-entries"]
    assert "data" not in listed["items"][0]
    assert secret_metadata(listed["items"][0]).has_owned_data
