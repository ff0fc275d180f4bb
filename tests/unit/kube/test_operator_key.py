"""The Secret with the operator's key, as the operator creates it and as another client may have created it."""

import asyncio
import base64
from typing import Any

import pytest

from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.operator_key import KubeOperatorKeys, read_key
from tests.support.scripted_api import Reply, ScriptedAPI

KEY = bytes(range(32))
SECRET: dict[str, Any] = {
    "metadata": {"labels": {"app.kubernetes.io/managed-by": "oauth-connector-operator"}},
    "type": "oauthconnector.dev/key",
    "data": {"key": base64.b64encode(KEY).decode()},
}
MANAGED = {**SECRET["metadata"]["labels"], "oauthconnector.dev/managed": "true"}


def test_the_key_is_read() -> None:
    """Labels that a cluster administrator adds do not matter."""
    labels = {**SECRET["metadata"]["labels"], "velero.io/backup-name": "daily"}
    assert read_key({**SECRET, "metadata": {"labels": labels}}) == KEY


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"type": "Opaque"}, "type"),
        ({"type": None}, "type"),
        ({"metadata": {}}, "labels"),
        ({"metadata": {"labels": {}}}, "labels"),
        ({"metadata": {"labels": MANAGED}}, "labels"),
        ({"data": None}, "bytes"),
        ({"data": {"key": ""}}, "bytes"),
        ({"data": {"key": base64.b64encode(bytes(31)).decode()}}, "bytes"),
        ({"data": {"key": "no base64"}}, "bytes"),
        ({"data": {"another": SECRET["data"]["key"]}}, "bytes"),
    ],
)
def test_a_secret_of_another_form_is_no_key(changes: dict[str, Any], cause: str) -> None:
    """The error names what is wrong, and not the content."""
    with pytest.raises(ValueError, match=cause):
        read_key({**SECRET, **changes})


async def test_the_first_connectors_share_one_read_and_one_creation(api: KubeAPI, server: ScriptedAPI) -> None:
    """Sixteen workers that need the key at once send two requests, and later ones none."""
    server.answers.extend([Reply(status=404), Reply(status=201)])
    keys = KubeOperatorKeys(api, "here")
    loaded = await asyncio.gather(*(keys.load() for _ in range(16)))
    assert all(each is loaded[0] for each in [*loaded, await keys.load()])
    assert [request.method for request in server.requests] == ["GET", "POST"]


async def test_the_key_of_a_faster_process_is_used(api: KubeAPI, server: ScriptedAPI) -> None:
    """Where the Secret exists by now, its key counts."""
    server.answers.extend([Reply(status=404), Reply(status=409), Reply(SECRET)])
    keys = await KubeOperatorKeys(api, "here").load()
    server.answers.append(Reply(SECRET))
    assert keys.signing_key == (await KubeOperatorKeys(api, "here").load()).signing_key


async def test_a_key_that_is_not_stored_is_not_used(api: KubeAPI, server: ScriptedAPI) -> None:
    """Where the Secret of another process has been deleted meanwhile, the next reconciliation creates one."""
    server.answers.extend([Reply(status=404), Reply(status=409), Reply(status=404)])
    with pytest.raises(ClusterUnavailable, match="the operator's key"):
        await KubeOperatorKeys(api, "here").load()
