"""What the API server does with our writes to Secrets: what the client's docstrings say, and decisions rest on."""

import base64
from typing import Any

import pytest

from oauth_connector.api.names import FIELD_MANAGER
from oauth_connector.connector.secret.managed_fields import read_owned_fields
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.cluster import Namespace

SOMEBODY_ELSE = "0b0e0c0f-0000-4000-8000-000000000001"
VALUE, OTHER = (base64.b64encode(text).decode() for text in (b"a-token", b"another-token"))


def path(namespace: Namespace, name: str = "") -> str:
    """Give the path of a Secret, or of all of them."""
    return f"/api/v1/namespaces/{namespace.name}/secrets" + (f"/{name}" if name else "")


async def created(api: KubeAPI, namespace: Namespace, **more: object) -> dict[str, Any]:
    """Create the Secret `a` with two keys, as our field manager."""
    metadata = {"name": "a", "annotations": {"oauthconnector.dev/connector": "crm"}}
    body = {"metadata": metadata, "data": {"access_token": VALUE, "scope": VALUE}, **more}
    return await api.create(path(namespace), body, FIELD_MANAGER)


def as_seen(secret: dict[str, Any], **changes: str) -> dict[str, str]:
    """Give the preconditions that a merge patch carries."""
    return {key: secret["metadata"][key] for key in ("uid", "resourceVersion")} | changes


async def refused(request: Any) -> KubeError:  # any call
    """Make a request that must be refused."""
    with pytest.raises(KubeError) as caught:
        await request
    return caught.value


async def test_what_exists_cannot_be_created(admin: KubeAPI, namespace: Namespace) -> None:
    """A first write that comes second is told so: 409."""
    await created(admin, namespace)
    error = await refused(created(admin, namespace))
    assert (error.status, error.reason) == (409, "AlreadyExists")


async def test_what_is_missing_is_not_created_by_a_patch(admin: KubeAPI, namespace: Namespace) -> None:
    """Unlike server-side apply: 404, and nothing is there afterwards."""
    patch = {"metadata": {"uid": SOMEBODY_ELSE, "resourceVersion": "1"}, "data": {"access_token": VALUE}}
    assert (await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))).status == 404
    assert (await refused(admin.get(path(namespace, "a")))).status == 404


STALE: dict[str, tuple[dict[str, str], str, str]] = {
    "an older version": ({"resourceVersion": "1"}, OTHER, "409 Conflict"),
    "an older version, though nothing would change": ({"resourceVersion": "1"}, VALUE, "409 Conflict"),
    "an older version of another object": ({"resourceVersion": "1", "uid": SOMEBODY_ELSE}, OTHER, "409 Conflict"),
    "this version of another object": ({"uid": SOMEBODY_ELSE}, OTHER, "422 Invalid: metadata.uid"),
}


@pytest.mark.parametrize(("changes", "value", "refusal"), STALE.values(), ids=STALE.keys())
async def test_what_is_not_as_it_was_seen_is_not_patched(
    admin: KubeAPI, namespace: Namespace, changes: dict[str, str], value: str, refusal: str
) -> None:
    """Preconditions count even where the patch would change nothing."""
    secret = await created(admin, namespace)
    patch = {"metadata": as_seen(secret, **changes), "data": {"access_token": value}}
    assert str(await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))) == refusal
    assert (await admin.get(path(namespace, "a"))) == secret


async def test_all_that_we_write_stays_in_one_entry(admin: KubeAPI, namespace: Namespace) -> None:
    """A POST and later patches of one field manager share an Update entry, and what is removed leaves it."""
    secret = await created(admin, namespace)
    patch = {"metadata": as_seen(secret), "data": {"access_token": OTHER, "scope": None, "expires_at": VALUE}}
    patched = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    [entry] = patched["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == (FIELD_MANAGER, "Update")
    assert read_owned_fields([entry]).data == {"access_token", "expires_at"}
    assert read_owned_fields([entry]).annotations == {"oauthconnector.dev/connector"}
    assert patched["data"] == {"access_token": OTHER, "expires_at": VALUE}


async def test_what_others_change_is_no_longer_ours(admin: KubeAPI, namespace: Namespace) -> None:
    """That is how drift shows without a look at a value."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"scope"}


async def test_what_others_remove_is_no_longer_ours(admin: KubeAPI, namespace: Namespace) -> None:
    """A deleted key is drift like a changed one."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": None}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"scope"}


async def test_what_others_write_again_unchanged_stays_ours(admin: KubeAPI, namespace: Namespace) -> None:
    """Only a change of value moves a key from one Update to another."""
    await created(admin, namespace)
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": VALUE}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"access_token", "scope"}


async def test_a_key_comes_back_to_us_with_another_value_only(admin: KubeAPI, namespace: Namespace) -> None:
    """Writing what somebody else has put there makes it no more ours than before."""
    await created(admin, namespace)
    await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, "kubectl-edit")
    same = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": OTHER}}, FIELD_MANAGER)
    assert read_owned_fields(same["metadata"]["managedFields"]).data == {"scope"}
    healed = await admin.merge_patch(path(namespace, "a"), {"data": {"access_token": VALUE}}, FIELD_MANAGER)
    assert read_owned_fields(healed["metadata"]["managedFields"]).data == {"access_token", "scope"}


async def test_what_a_restored_secret_holds_is_ours_only_where_it_changes(admin: KubeAPI, namespace: Namespace) -> None:
    """A backup tool has written all of it: healing takes back what differs, and leaves the rest with the tool."""
    body = {"metadata": {"name": "a"}, "data": {"access_token": VALUE, "token_type": VALUE}}
    await admin.create(path(namespace), body, "a-backup-tool")
    patch = {"data": {"access_token": OTHER, "token_type": VALUE}}
    healed = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    assert read_owned_fields(healed["metadata"]["managedFields"]).data == {"access_token"}


async def test_what_we_state_to_own_is_ours_though_it_does_not_change(admin: KubeAPI, namespace: Namespace) -> None:
    """A patch may carry `managedFields`: our entry in it counts, and the next change by others moves keys as ever."""
    body = {"metadata": {"name": "a"}, "data": {"access_token": VALUE, "token_type": VALUE}}
    restored = await admin.create(path(namespace), body, "a-backup-tool")
    fields: dict[str, object] = {"f:data": {"f:access_token": {}, "f:token_type": {}}}
    head = {"manager": FIELD_MANAGER, "operation": "Update", "apiVersion": "v1"}
    ours = {**head, "fieldsType": "FieldsV1", "fieldsV1": fields}
    stated = {**as_seen(restored), "managedFields": [*restored["metadata"]["managedFields"], ours]}
    patch = {"metadata": stated, "data": {"access_token": OTHER, "token_type": VALUE}}
    healed = await admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER)
    assert read_owned_fields(healed["metadata"]["managedFields"]).data == {"access_token", "token_type"}
    edited = await admin.merge_patch(path(namespace, "a"), {"data": {"token_type": OTHER}}, "kubectl-edit")
    assert read_owned_fields(edited["metadata"]["managedFields"]).data == {"access_token"}


IMPOSSIBLE: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "another type": ({}, {"type": "example.com/other"}, "type"),
    "a change of what is immutable": ({"immutable": True}, {"data": {"access_token": OTHER}}, "data"),
    "a name that is no key": ({}, {"data": {"no/key": VALUE}}, "data[no/key]"),
    "a value that is not base64": ({}, {"data": {"access_token": "plain s3cret"}}, "patch"),
}


@pytest.mark.parametrize(("secret", "patch", "field"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
async def test_a_refused_patch_names_the_field_and_no_value(
    admin: KubeAPI, namespace: Namespace, secret: dict[str, object], patch: dict[str, object], field: str
) -> None:
    """422; the API server's message may quote the whole Secret, ours holds paths."""
    await created(admin, namespace, **secret)
    error = await refused(admin.merge_patch(path(namespace, "a"), patch, FIELD_MANAGER))
    assert (error.status, [cause.field for cause in error.causes]) == (422, [field])
    assert not {VALUE, OTHER, "s3cret"} & set(str(vars(error)).replace("'", " ").split())


OUTDATED: dict[str, dict[str, str]] = {"version": {"resourceVersion": "1"}, "object": {"uid": SOMEBODY_ELSE}}


@pytest.mark.parametrize("changes", OUTDATED.values(), ids=OUTDATED.keys())
async def test_what_is_not_as_it_was_seen_is_not_deleted(
    admin: KubeAPI, namespace: Namespace, changes: dict[str, str]
) -> None:
    """Another version or another object of that name stays: 409."""
    seen = as_seen(await created(admin, namespace), **changes)
    error = await refused(admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"]))
    assert (error.status, error.reason) == (409, "Conflict")
    await admin.get(path(namespace, "a"))


async def test_what_is_as_it_was_seen_is_deleted(admin: KubeAPI, namespace: Namespace) -> None:
    """And once it is gone, a second deletion says 404."""
    seen = as_seen(await created(admin, namespace))
    await admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"])
    error = await refused(admin.delete(path(namespace, "a"), seen["uid"], seen["resourceVersion"]))
    assert error.status == 404


async def test_nothing_is_created_in_a_namespace_that_is_going(admin: KubeAPI, namespace: Namespace) -> None:
    """403, told from a missing right by its cause; not 409."""
    grant_store = {"metadata": {"name": "keeper", "finalizers": ["example.com/keeper"]}}
    keepers = f"/api/v1/namespaces/{namespace.name}/configmaps"
    await admin.create(keepers, grant_store, "a-person")
    await admin.request("DELETE", f"/api/v1/namespaces/{namespace.name}")
    error = await refused(created(admin, namespace))
    await admin.merge_patch(f"{keepers}/keeper", {"metadata": {"finalizers": None}}, "a-person")
    assert (error.status, error.reason) == (403, "Forbidden")
    assert "NamespaceTerminating" in [cause.reason for cause in error.causes]
