"""Writes to Secrets in the API server: what the docstrings of the client state, and decisions depend on."""

import base64
from typing import Any

import pytest

from oauth_connector.api.names import FIELD_MANAGER
from oauth_connector.connector.secret.managed_fields import read_owned_fields
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.errors import KubeError
from tests.support.cluster import Namespace

ANOTHER_UID = "0b0e0c0f-0000-4000-8000-000000000001"
VALUE, OTHER = (base64.b64encode(text).decode() for text in (b"a-token", b"another-token"))


def path(namespace: Namespace, name: str = "") -> str:
    """Return the path of a Secret, or of all Secrets."""
    return f"/api/v1/namespaces/{namespace.name}/secrets" + (f"/{name}" if name else "")


async def created(api: KubeAPI, namespace: Namespace, **more: object) -> dict[str, Any]:
    """Create the Secret `a` with two keys, as the field manager of the operator."""
    metadata = {"name": "a", "annotations": {"oauthconnector.dev/connector": "crm"}}
    body = {"metadata": metadata, "data": {"access_token": VALUE, "scope": VALUE}, **more}
    return await api.create(path(namespace), body, FIELD_MANAGER)


def as_seen(secret: dict[str, Any], **changes: str) -> dict[str, str]:
    """Return the preconditions of a merge patch."""
    return {key: secret["metadata"][key] for key in ("uid", "resourceVersion")} | changes


async def refused(request: Any) -> KubeError:  # any call
    """Return the error of a request that must be rejected."""
    with pytest.raises(KubeError) as caught:
        await request
    return caught.value


async def test_an_object_that_does_not_exist_is_found_to_be_absent(admin: KubeAPI, namespace: Namespace) -> None:
    """`find` returns no object, and it returns the object once there is one."""
    assert await admin.find(path(namespace, "a")) is None
    made = await created(admin, namespace)
    assert await admin.find(path(namespace, "a")) == made


async def test_an_existing_object_cannot_be_created(admin: KubeAPI, namespace: Namespace) -> None:
    """The second create is a 409."""
    await created(admin, namespace)
    error = await refused(created(admin, namespace))
    assert (error.status, error.reason) == (409, "AlreadyExists")


async def test_a_missing_object_is_not_created_by_a_patch(admin: KubeAPI, namespace: Namespace) -> None:
    """Unlike server-side apply: 404, and nothing is created."""
    patch = {"metadata": {"uid": ANOTHER_UID, "resourceVersion": "1"}, "data": {"access_token": VALUE}}
    assert (await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))).status == 404
    assert (await refused(admin.get(path(namespace, "a")))).status == 404


STALE: dict[str, tuple[dict[str, str], str, str]] = {
    "an older version": ({"resourceVersion": "1"}, OTHER, "409 Conflict"),
    "an older version, though nothing would change": ({"resourceVersion": "1"}, VALUE, "409 Conflict"),
    "an older version of another object": ({"resourceVersion": "1", "uid": ANOTHER_UID}, OTHER, "409 Conflict"),
    "this version of another object": ({"uid": ANOTHER_UID}, OTHER, "422 Invalid: metadata.uid"),
}


@pytest.mark.parametrize(("changes", "value", "refusal"), STALE.values(), ids=STALE.keys())
async def test_an_object_that_has_changed_is_not_patched(
    admin: KubeAPI, namespace: Namespace, changes: dict[str, str], value: str, refusal: str
) -> None:
    """Preconditions apply even when the patch would change nothing."""
    secret = await created(admin, namespace)
    patch = {"metadata": as_seen(secret, **changes), "data": {"access_token": value}}
    assert str(await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))) == refusal
    assert (await admin.get(path(namespace, "a"))) == secret


async def test_all_writes_of_a_manager_stay_in_one_entry(admin: KubeAPI, namespace: Namespace) -> None:
    """A POST and later patches of one field manager share an Update entry, and a removed key leaves it."""
    secret = await created(admin, namespace)
    patch = {"metadata": as_seen(secret), "data": {"access_token": OTHER, "scope": None, "expires_at": VALUE}}
    patched = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    [entry] = patched["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == (FIELD_MANAGER, "Update")
    assert read_owned_fields([entry]).data == {"access_token", "expires_at"}
    assert read_owned_fields([entry]).annotations == {"oauthconnector.dev/connector"}
    assert patched["data"] == {"access_token": OTHER, "expires_at": VALUE}


async def test_a_key_that_another_manager_changes_is_no_longer_owned(admin: KubeAPI, namespace: Namespace) -> None:
    """So drift is detected without reading a value."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"scope"}


async def test_a_key_that_another_manager_removes_is_no_longer_owned(admin: KubeAPI, namespace: Namespace) -> None:
    """A deleted key is drift like a changed one."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": None}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"scope"}


async def test_a_key_that_another_manager_writes_unchanged_stays_owned(admin: KubeAPI, namespace: Namespace) -> None:
    """Only another value moves a key from one Update entry to another."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": VALUE}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"access_token", "scope"}


async def test_only_another_value_regains_a_key(admin: KubeAPI, namespace: Namespace) -> None:
    """A write of the value that another manager has written does not regain the key."""
    await created(admin, namespace)
    await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, "kubectl-edit")
    same = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, FIELD_MANAGER)
    assert read_owned_fields(same["metadata"]["managedFields"]).data == {"scope"}
    repaired = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": VALUE}}, FIELD_MANAGER)
    assert read_owned_fields(repaired["metadata"]["managedFields"]).data == {"access_token", "scope"}


async def test_a_write_regains_only_changed_keys_of_a_restored_secret(admin: KubeAPI, namespace: Namespace) -> None:
    """A backup tool has written all keys: a write regains keys with another value, and not the rest."""
    body = {"metadata": {"name": "a"}, "data": {"access_token": VALUE, "token_type": VALUE}}
    await admin.create(path(namespace), body, "a-backup-tool")
    patch = {"data": {"access_token": OTHER, "token_type": VALUE}}
    repaired = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    assert read_owned_fields(repaired["metadata"]["managedFields"]).data == {"access_token"}


async def test_an_entry_in_managed_fields_regains_unchanged_keys(admin: KubeAPI, namespace: Namespace) -> None:
    """A patch may contain `managedFields`: the entry counts, and the next change by another manager moves keys."""
    body = {"metadata": {"name": "a"}, "data": {"access_token": VALUE, "token_type": VALUE}}
    restored = await admin.create(path(namespace), body, "a-backup-tool")
    fields: dict[str, object] = {"f:data": {"f:access_token": {}, "f:token_type": {}}}
    head = {"manager": FIELD_MANAGER, "operation": "Update", "apiVersion": "v1"}
    owned = {**head, "fieldsType": "FieldsV1", "fieldsV1": fields}
    stated = {**as_seen(restored), "managedFields": [*restored["metadata"]["managedFields"], owned]}
    patch = {"metadata": stated, "data": {"access_token": OTHER, "token_type": VALUE}}
    repaired = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    assert read_owned_fields(repaired["metadata"]["managedFields"]).data == {"access_token", "token_type"}
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"token_type": OTHER}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"access_token"}


IMPOSSIBLE: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "another type": ({}, {"type": "example.com/other"}, "type"),
    "a change of what is immutable": ({"immutable": True}, {"data": {"access_token": OTHER}}, "data"),
    "a name that is no key": ({}, {"data": {"no/key": VALUE}}, "data[no/key]"),
    "a value that is not base64": ({}, {"data": {"access_token": "plain s3cret"}}, "patch"),
}


@pytest.mark.parametrize(("secret", "patch", "field"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
async def test_a_rejected_patch_names_the_field_and_no_value(
    admin: KubeAPI, namespace: Namespace, secret: dict[str, object], patch: dict[str, object], field: str
) -> None:
    """422; the message of the API server may quote the whole Secret, the error contains paths."""
    await created(admin, namespace, **secret)
    error = await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))
    assert (error.status, [cause.field for cause in error.causes]) == (422, [field])
    assert not {VALUE, OTHER, "s3cret"} & set(str(vars(error)).replace("'", " ").split())


OUTDATED: dict[str, dict[str, str]] = {"version": {"resourceVersion": "1"}, "object": {"uid": ANOTHER_UID}}


@pytest.mark.parametrize("changes", OUTDATED.values(), ids=OUTDATED.keys())
async def test_an_object_that_has_changed_is_not_deleted(
    admin: KubeAPI, namespace: Namespace, changes: dict[str, str]
) -> None:
    """Another version, or another object with this name, stays: 409."""
    seen = as_seen(await created(admin, namespace), **changes)
    error = await refused(admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"]))
    assert (error.status, error.reason) == (409, "Conflict")
    await admin.get(path(namespace, "a"))


async def test_an_unchanged_object_is_deleted(admin: KubeAPI, namespace: Namespace) -> None:
    """A second deletion is a 404."""
    seen = as_seen(await created(admin, namespace))
    await admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"])
    error = await refused(admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"]))
    assert error.status == 404


async def test_nothing_is_created_in_a_terminating_namespace(admin: KubeAPI, namespace: Namespace) -> None:
    """403, with a cause that a missing permission does not have; not 409."""
    grant_store = {"metadata": {"name": "holder", "finalizers": ["example.com/holder"]}}
    config_maps = f"/api/v1/namespaces/{namespace.name}/configmaps"
    await admin.create(config_maps, grant_store, "a-user")
    await admin.request("DELETE", f"/api/v1/namespaces/{namespace.name}")
    error = await refused(created(admin, namespace))
    cluster = KubeCluster(admin, Caches.build())
    assert await cluster.is_terminating(namespace.name)
    await admin.merge_patch(f"{config_maps}/holder", {"metadata": {"finalizers": None}}, "a-user")
    assert (error.status, error.reason) == (403, "Forbidden")
    assert error.is_namespace_terminating


async def test_a_namespace_that_does_not_exist_counts_as_terminating(admin: KubeAPI) -> None:
    """A dry run shows it, so that the operator reads no namespace."""
    assert await KubeCluster(admin, Caches.build()).is_terminating("no-such-namespace")


async def test_a_dry_run_creates_nothing(admin: KubeAPI, namespace: Namespace) -> None:
    """It shows that the namespace accepts Secrets."""
    assert not await KubeCluster(admin, Caches.build()).is_terminating(namespace.name)
    assert await namespace.items("secrets") == []
