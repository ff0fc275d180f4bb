"""Lists of kopf contain no object, and each requests a list of the operator's own."""

import aiohttp
import pytest

from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.kube import paths
from oauth_connector.kube.empty_lists import NOTHING, EmptyLists
from tests.support.scripted_api import Reply, Stream, scripted_api

CONNECTOR_LIST, CONSENTS_OF_SHOP = paths.connector_path(""), paths.consent_path("shop")
EMPTY = Reply({"items": [], "metadata": {"resourceVersion": "7"}})


async def send(path: str, reply: Reply) -> tuple[str | None, list[tuple[str, str]]]:
    """Send a request through the middleware; return its field selector, and the lists that were requested."""
    requested: list[tuple[str, str]] = []
    lists = EmptyLists((CONNECTORS, CONSENTS), lambda plural, namespace: requested.append((plural, namespace)))
    async with scripted_api() as server, aiohttp.ClientSession(middlewares=(lists.send,)) as session:
        server.always = reply
        server.watches.append(Stream())
        async with session.get(server.url + path) as response:
            await response.read()
        return server.requests[0].query.get("fieldSelector"), requested


@pytest.mark.parametrize(
    ("path", "requested"),
    [
        (CONNECTOR_LIST, (CONNECTORS, "")),
        (paths.connector_path("shop"), (CONNECTORS, "shop")),
        (CONSENTS_OF_SHOP, (CONSENTS, "shop")),
        (f"/k8s/clusters/c-1{CONSENTS_OF_SHOP}", (CONSENTS, "shop")),
        (f"{CONNECTOR_LIST}?labelSelector=shard%3Da", (CONNECTORS, "")),
    ],
)
async def test_a_list_is_empty_and_requests_another(path: str, requested: tuple[str, str]) -> None:
    """The other selectors stay. A server behind a proxy may have a path of its own."""
    assert await send(path, EMPTY) == (NOTHING, [requested])


async def test_the_selector_of_labels_stays() -> None:
    """The list stays one of the connectors of a shard."""
    lists = EmptyLists((CONNECTORS,), lambda _plural, _namespace: None)
    async with scripted_api() as server, aiohttp.ClientSession(middlewares=(lists.send,)) as session:
        server.always = EMPTY
        async with session.get(f"{server.url}{CONNECTOR_LIST}?labelSelector=shard%20in%20(a,b)"):
            assert server.requests[0].query["labelSelector"] == "shard in (a,b)"


async def test_a_list_that_fails_requests_nothing() -> None:
    """No watch starts after it: kopf repeats it."""
    assert await send(CONNECTOR_LIST, Reply({"kind": "Status"}, status=503)) == (NOTHING, [])


@pytest.mark.parametrize(
    "path", [f"{CONNECTOR_LIST}?watch=true", "/apis/oauthconnector.dev/v1alpha1", "/apis", paths.secret_path("shop")]
)
async def test_other_requests_are_sent_as_they_are(path: str) -> None:
    """A watch delivers every object that changes."""
    assert await send(path, EMPTY) == (None, [])
