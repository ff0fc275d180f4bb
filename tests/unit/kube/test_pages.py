"""Lists are read page by page; the API server prepares a page while the caller has the one before."""

import asyncio
from contextlib import aclosing

import pytest

from oauth_connector.kube import paths
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.polling import eventually
from tests.support.scripted_api import Reply, ScriptedAPI

SECRETS = paths.secret_path("shop")
FIRST = Reply({"metadata": {"resourceVersion": "7", "continue": "more"}, "items": [1]})
LAST = Reply({"metadata": {"resourceVersion": "7"}, "items": None})
REFUSED = Reply({"reason": "Forbidden"}, 403)


async def test_a_list_is_read_page_by_page(api: KubeAPI, server: ScriptedAPI) -> None:
    """Each page names the next, and all requests contain the selector."""
    server.answers.extend((FIRST, LAST))
    pages = [page async for page in api.read_pages(SECRETS, {"labelSelector": "a=b"})]
    assert [page["items"] for page in pages] == [[1], None]
    assert [request.query for request in server.requests] == [
        {"labelSelector": "a=b", "limit": "100"},
        {"labelSelector": "a=b", "limit": "100", "continue": "more"},
    ]


async def test_the_next_page_is_requested_before_it_is_needed(api: KubeAPI, server: ScriptedAPI) -> None:
    """The caller computes for longer than the API server needs for a page."""
    server.answers.extend((FIRST, FIRST, LAST))
    async with aclosing(api.read_pages(SECRETS)) as pages:
        for number in (2, 3):
            await anext(pages)
            await eventually(lambda expected=number: len(server.requests) == expected)  # type: ignore[misc]
        assert [page["items"] async for page in pages] == [None]
    assert len(server.requests) == 3


async def test_a_page_that_fails_ends_the_list(api: KubeAPI, server: ScriptedAPI) -> None:
    """What came before it was complete."""
    server.answers.extend((FIRST, REFUSED))
    async with aclosing(api.read_pages(SECRETS)) as pages:
        assert (await anext(pages))["items"] == [1]
        with pytest.raises(KubeError, match="403 Forbidden"):
            await anext(pages)


@pytest.mark.parametrize("has_failed", [False, True])
async def test_a_list_that_is_left_ends_its_request(api: KubeAPI, server: ScriptedAPI, *, has_failed: bool) -> None:
    """Neither a task nor an exception that nothing reads is left."""
    errors, before = list[object](), asyncio.all_tasks()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))
    server.answers.extend((FIRST, REFUSED))
    async with aclosing(api.read_pages(SECRETS)) as pages:
        await anext(pages)
        if not has_failed:
            server.may_answer.clear()
        [following] = {task for task in asyncio.all_tasks() - before if "_read_page" in str(task.get_coro())}
        if has_failed:
            await eventually(following.done)
    assert following.done()
    assert following.cancelled() is not has_failed
    server.may_answer.set()
    del following
    assert errors == []
