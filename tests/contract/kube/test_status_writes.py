"""Writes to the status of a connector in the API server."""

from typing import Any

import pytest

from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.builders import a_spec
from tests.support.cluster import Namespace

STATUS_MANAGER = "oauth-connector-status"


def path(namespace: Namespace) -> str:
    """Return the path of the connector `crm`."""
    return f"/apis/oauthconnector.dev/v1alpha1/namespaces/{namespace.name}/oauthconnectors/crm"


def status(generation: int, **more: object) -> dict[str, object]:
    """Return a small status."""
    return {"observedGeneration": generation, **more}


def operations(version: str, value: dict[str, object]) -> list[dict[str, object]]:
    """Return the operations that replace a status, if the connector has this version."""
    return [
        {"op": "add", "path": "/metadata/resourceVersion", "value": version},
        {"op": "add", "path": "/status", "value": value},
    ]


async def written(api: KubeAPI, namespace: Namespace, version: str, value: dict[str, object]) -> dict[str, Any]:
    """Write a status."""
    return await api.json_patch(f"{path(namespace)}/status", operations(version, value), STATUS_MANAGER)


async def test_a_status_is_replaced_as_a_whole(admin: KubeAPI, namespace: Namespace) -> None:
    """Absent fields are removed, also fields of other managers."""
    connector = await namespace.add_connector("crm", a_spec())
    first = await written(admin, namespace, connector["metadata"]["resourceVersion"], status(1, tokenType="Bearer"))
    assert first["status"] == status(1, tokenType="Bearer")
    other = {"status": {"failedAttempts": 3}}
    edited = await admin.merge_patch(f"{path(namespace)}/status", other, "a-user")
    second = await written(admin, namespace, edited["metadata"]["resourceVersion"], status(2))
    assert second["status"] == status(2)


async def test_a_status_for_an_older_version_is_rejected(admin: KubeAPI, namespace: Namespace) -> None:
    """409, and nothing has changed."""
    connector = await namespace.add_connector("crm", a_spec())
    seen = connector["metadata"]["resourceVersion"]
    await written(admin, namespace, seen, status(1))
    with pytest.raises(KubeError) as caught:
        await written(admin, namespace, seen, status(2))
    assert (caught.value.status, caught.value.reason) == (409, "Conflict")
    assert (await admin.get(path(namespace)))["status"] == status(1)


async def test_a_status_for_an_older_object_of_the_same_name_is_rejected(admin: KubeAPI, namespace: Namespace) -> None:
    """Versions count up over all objects: the version of a deleted object is never that of a later one."""
    gone = await namespace.add_connector("crm", a_spec())
    await namespace.delete("oauthconnectors", "crm")
    await namespace.add_connector("crm", a_spec())
    with pytest.raises(KubeError) as caught:
        await written(admin, namespace, gone["metadata"]["resourceVersion"], status(1))
    assert caught.value.status == 409


async def test_a_status_for_a_missing_connector_is_rejected(admin: KubeAPI, namespace: Namespace) -> None:
    """404, and nothing is created."""
    with pytest.raises(KubeError) as caught:
        await written(admin, namespace, "1", status(1))
    assert caught.value.status == 404


async def test_a_status_changes_neither_spec_nor_metadata(admin: KubeAPI, namespace: Namespace) -> None:
    """GitOps sees no drift: the generation stays, and the new entry in `managedFields` is of the status only."""
    connector = await namespace.add_connector("crm", a_spec())
    after = await written(admin, namespace, connector["metadata"]["resourceVersion"], status(1))
    assert after["spec"] == connector["spec"]
    assert after["metadata"]["generation"] == connector["metadata"]["generation"]
    [entry] = [e for e in after["metadata"]["managedFields"] if e["manager"] == STATUS_MANAGER]
    assert (entry["subresource"], entry["fieldsV1"].keys()) == ("status", {"f:status"})
