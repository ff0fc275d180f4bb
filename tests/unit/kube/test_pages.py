"""Lists are read page by page; the API server prepares a page while the caller has the one before."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
import uvloop

from oauth_connector.kube import paths
from oauth_connector.kube.access import Access
from oauth_connector.kube.api_tokens import TokenFile
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


@contextmanager
def serve_in_thread(replies: Iterator[Reply], arrived: threading.Semaphore) -> Iterator[str]:
    """Serve from a thread of its own, which a busy event loop does not delay; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            arrived.release()
            body = orjson.dumps(next(replies).body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_next_page_is_requested_before_a_caller_that_computes(token: Path) -> None:
    """The event loop of the operator does nothing else while a page is parsed, and the request is written already."""
    arrived, pages, further = threading.Semaphore(0), list[object](), iter((2, 1, 0))

    async def read(url: str) -> None:
        async with KubeAPI(Access(url, tokens=TokenFile(token))) as api:
            async for page in api.read_pages(SECRETS):
                pages.append(page["items"])
                for _ in range(next(further)):
                    assert arrived.acquire(timeout=10), "the next page is not requested yet"

    with serve_in_thread(iter((FIRST, FIRST, LAST)), arrived) as url:
        uvloop.run(read(url))
    assert pages == [[1], [1], None]
    assert not arrived.acquire(blocking=False), "more than three requests"


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
