"""Lists and watches of metadata contain what is needed to detect drift, and never a value."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

from oauth_connector.api.names import FIELD_MANAGER, MANAGED
from oauth_connector.connector.secret.managed_fields import read_owned_fields
from oauth_connector.kube.client import METADATA, METADATA_LIST, KubeAPI
from oauth_connector.kube.listing import Source
from oauth_connector.kube.watch_stream import WatchTiming, stream_events
from tests.support.cluster import Namespace

VALUE = "YS10b2tlbg=="


def path(namespace: Namespace) -> str:
    """Return the path of all Secrets."""
    return f"/api/v1/namespaces/{namespace.name}/secrets"


async def add(api: KubeAPI, namespace: Namespace, name: str = "a") -> dict[str, Any]:
    """Create a Secret with the label of the operator."""
    body = {"metadata": {"name": name, "labels": {MANAGED: "true"}}, "data": {"access_token": VALUE}}
    return await api.create(path(namespace), body, FIELD_MANAGER)


async def listed(api: KubeAPI, namespace: Namespace) -> dict[str, Any]:
    """Return the first page of the Secrets with the label, as metadata."""
    async with aclosing(api.read_pages(path(namespace), {"labelSelector": f"{MANAGED}=true"}, METADATA_LIST)) as pages:
        return await anext(pages)


async def followed(api: KubeAPI, namespace: Namespace, version: str, count: int) -> list[dict[str, Any]]:
    """Return the next events after a version, without bookmarks."""
    source, seen = Source(path(namespace), f"{MANAGED}=true"), []
    async with asyncio.timeout(20), aclosing(stream_events(api, source, version, WatchTiming())) as stream:
        async for event in stream:
            seen += [event] if event["type"] != "BOOKMARK" else []
            if len(seen) == count:
                break
    return [dict(event) for event in seen]


async def test_an_object_as_metadata_contains_no_data(admin: KubeAPI, namespace: Namespace) -> None:
    """The version can be read without the data."""
    await add(admin, namespace)
    found = await admin.get(f"{path(namespace)}/a", METADATA)
    assert found.keys() == {"kind", "apiVersion", "metadata"}
    assert VALUE not in json.dumps(found)


async def test_a_list_of_metadata_contains_field_owners(admin: KubeAPI, namespace: Namespace) -> None:
    """It contains `managedFields`, and no value."""
    await add(admin, namespace)
    page = await listed(admin, namespace)
    [item] = page["items"]
    assert read_owned_fields(item["metadata"]["managedFields"]).data == {"access_token"}
    assert VALUE not in json.dumps(page)


async def test_an_empty_list_of_metadata_is_null(admin: KubeAPI, namespace: Namespace) -> None:
    """The items of a list of whole objects are an empty list."""
    assert (await listed(admin, namespace))["items"] is None
    assert (await admin.get(path(namespace)))["items"] == []


async def test_a_list_comes_in_pages_of_one_version(admin: KubeAPI, namespace: Namespace) -> None:
    """It does not contain what is written while it is read."""
    for name in ("a", "b", "c"):
        await add(admin, namespace, name)
    query = {"labelSelector": f"{MANAGED}=true", "limit": "2"}
    first = await admin.request("GET", path(namespace), query=query, accept=METADATA_LIST)
    await add(admin, namespace, "d")
    query["continue"] = first["metadata"]["continue"]
    second = await admin.request("GET", path(namespace), query=query, accept=METADATA_LIST)
    assert [item["metadata"]["name"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]


async def test_a_watch_of_metadata_contains_field_owners(admin: KubeAPI, namespace: Namespace) -> None:
    """Each event contains `managedFields`, and no value."""
    version = (await listed(admin, namespace))["metadata"]["resourceVersion"]
    await add(admin, namespace)
    edit = {"data": {"access_token": "b3RoZXI="}}
    await admin.merge_patch(f"{path(namespace)}/a", edit, "kubectl-edit")
    added, modified = await followed(admin, namespace, version, 2)
    assert (added["type"], modified["type"]) == ("ADDED", "MODIFIED")
    assert read_owned_fields(added["object"]["metadata"]["managedFields"]).data == {"access_token"}
    assert read_owned_fields(modified["object"]["metadata"]["managedFields"]).data == frozenset()
    assert VALUE not in json.dumps((added, modified))


async def test_a_removed_label_looks_like_a_deletion_of_that_version(admin: KubeAPI, namespace: Namespace) -> None:
    """A label that is set again looks like a new object; the versions, as numbers, give the order."""
    secret = await add(admin, namespace)
    version = secret["metadata"]["resourceVersion"]
    off, on = ({"metadata": {"labels": {MANAGED: value}}} for value in (None, "true"))
    without = await admin.merge_patch(f"{path(namespace)}/a", off, "a-user")
    again = await admin.merge_patch(f"{path(namespace)}/a", on, "a-user")
    deleted, added = await followed(admin, namespace, version, 2)
    assert (deleted["type"], added["type"]) == ("DELETED", "ADDED")
    assert deleted["object"]["metadata"]["resourceVersion"] == without["metadata"]["resourceVersion"]
    assert added["object"]["metadata"]["resourceVersion"] == again["metadata"]["resourceVersion"]


async def test_a_deletion_has_a_version_of_its_own(admin: KubeAPI, namespace: Namespace) -> None:
    """It is later than that of the last change, so that a late event does not undo the deletion."""
    secret = await add(admin, namespace)
    seen = secret["metadata"]
    await admin.delete(f"{path(namespace)}/a", seen["uid"], seen["resourceVersion"])
    [deleted] = await followed(admin, namespace, seen["resourceVersion"], 1)
    assert deleted["type"] == "DELETED"
    assert int(deleted["object"]["metadata"]["resourceVersion"]) > int(seen["resourceVersion"])


async def test_the_server_ends_a_stream_without_events(admin: KubeAPI, namespace: Namespace) -> None:
    """It ends regularly, at the requested time; a bookmark before the end is not guaranteed."""
    version = (await listed(admin, namespace))["metadata"]["resourceVersion"]
    source = Source(path(namespace), f"{MANAGED}=true")
    async with asyncio.timeout(20):
        kinds = {event["type"] async for event in stream_events(admin, source, version, WatchTiming(stream=1))}
    assert kinds <= {"BOOKMARK"}
