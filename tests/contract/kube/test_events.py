"""Events on a real API server."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.observation import AnyConnector
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kube.events import EventRecorder
from tests.support.builders import a_spec
from tests.support.cluster import Manifest, Namespace, until

RBAC = "rbac.authorization.k8s.io"
EVENTS = {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"]}
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@pytest.fixture
async def recorder(control_plane: ControlPlane, admin: KubeAPI, namespace: Namespace) -> AsyncIterator[EventRecorder]:
    """Yield a recorder with the permissions of the operator to Events: create and patch."""
    base, name = f"/apis/{RBAC}/v1/namespaces/{namespace.name}", {"name": "recorder"}
    accounts = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    subject = {"kind": "ServiceAccount", "namespace": namespace.name, **name}
    role = {"apiGroup": RBAC, "kind": "Role", **name}
    await admin.create(accounts, {"metadata": name}, "a-test")
    await admin.create(f"{base}/roles", {"metadata": name, "rules": [EVENTS]}, "a-test")
    await admin.create(f"{base}/rolebindings", {"metadata": name, "subjects": [subject], "roleRef": role}, "a-test")
    kubeconfig = await asyncio.to_thread(control_plane.kubeconfig_for, namespace.name, "recorder")
    async with KubeAPI(from_kubeconfig(kubeconfig)) as api:
        await until(lambda: may_patch(api, namespace.name))
        yield EventRecorder(api)


async def may_patch(api: KubeAPI, namespace: str) -> bool:
    """Return whether the role is in effect."""
    asked = {"namespace": namespace, "group": "events.k8s.io", "resource": "events", "verb": "patch"}
    review = {"apiVersion": "authorization.k8s.io/v1", "spec": {"resourceAttributes": asked}}
    return bool((await api.create(REVIEW, review, "a-test"))["status"]["allowed"])


@pytest.fixture
async def connector(namespace: Namespace) -> AnyConnector:
    """Return a connector in the cluster."""
    return parse_connector(await namespace.add_connector("crm", a_spec()))


async def recorded(namespace: Namespace) -> list[Manifest]:
    """Return the Events about connectors."""
    found = await namespace.items("events", "events.k8s.io")
    return [event for event in found if event["regarding"]["kind"] == "OAuthConnector"]


async def test_an_event_is_accepted(recorder: EventRecorder, namespace: Namespace, connector: AnyConnector) -> None:
    """It has all fields that the API server checks."""
    await recorder.record(connector, "Warning", "RefreshFailed", "The provider is down.")
    [event] = await recorded(namespace)
    assert (event["type"], event["reason"], event["note"]) == ("Warning", "RefreshFailed", "The provider is down.")
    assert event["regarding"]["uid"] == connector.uid
    assert "series" not in event


async def test_the_same_event_is_counted(
    recorder: EventRecorder, namespace: Namespace, connector: AnyConnector
) -> None:
    """One object, however often the Event occurs."""
    for _ in range(3):
        await recorder.record(connector, "Warning", "RefreshFailed", "The provider is down.")
    [event] = await recorded(namespace)
    assert event["series"]["count"] == 3


async def test_another_note_is_another_event(
    recorder: EventRecorder, namespace: Namespace, connector: AnyConnector
) -> None:
    """The note of an Event cannot be changed."""
    for note in ("Secret robot is missing.", "Secret robot has no key."):
        await recorder.record(connector, "Warning", "CredentialsNotFound", note)
    assert len(await recorded(namespace)) == 2


async def test_the_longest_note_is_accepted(
    recorder: EventRecorder, namespace: Namespace, connector: AnyConnector
) -> None:
    """The limit is counted in bytes."""
    await recorder.record(connector, "Normal", "TokenIssued", "ä" * 2000)
    [event] = await recorded(namespace)
    assert event["note"] == "ä" * 512


async def test_kubectl_shows_the_count(
    recorder: EventRecorder, control_plane: ControlPlane, namespace: Namespace, connector: AnyConnector
) -> None:
    """`kubectl get events` shows it."""
    for _ in range(2):
        await recorder.record(connector, "Warning", "RefreshFailed", "The provider is down.")
    shown = await asyncio.to_thread(
        control_plane.kubectl, "events", "-n", namespace.name, "--for", "oauthconnector/crm"
    )
    assert "(x2 over" in shown
    assert "The provider is down." in shown
