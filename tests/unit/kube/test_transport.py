"""Requests to an API server that sheds load, breaks off, or is not one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.api_tokens import TokenFile
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.support.scripted_api import Break, Reply, ScriptedAPI, scripted_api

SECRETS = "/api/v1/namespaces/shop/secrets"
BUSY = Reply({"reason": "TooManyRequests"}, 429, {"Retry-After": "1"})
REFUSED = Reply({"reason": "Unauthorized"}, 401)
GONE_WRONG = {
    "the API server is overloaded": Reply({"reason": "ServiceUnavailable"}, 503),
    "it failed": Reply({"reason": "InternalError"}, 500),
    "a proxy before it found nobody": Reply(b"<html>bad gateway</html>", 502),
    "the connection broke": Break(),
    "something else answered": Reply(b"<html>please log in</html>"),
}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAPI]:
    """Give a server that does as it is told."""
    async with scripted_api() as made:
        yield made


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """Give the file that our token is read from."""
    path = tmp_path / "token"
    path.write_text("first")
    return path


@pytest.fixture
async def api(server: ScriptedAPI, token: Path) -> AsyncIterator[KubeAPI]:
    """Give a client of that server."""
    async with KubeAPI(Access(server.url, tokens=TokenFile(token))) as made:
        yield made


async def test_a_request_carries_what_it_should(api: KubeAPI, server: ScriptedAPI) -> None:
    """Token, formats, query and JSON body arrive as the API server wants them."""
    server.answers.append(Reply({"kind": "Secret"}, 201))
    assert await api.create(SECRETS, {"kind": "Secret"}, "oauth-connector") == {"kind": "Secret"}
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("POST", SECRETS, b'{"kind":"Secret"}')
    assert request.query == {"fieldManager": "oauth-connector"}
    assert request.headers["Authorization"] == "Bearer first"
    assert request.headers["Content-Type"] == request.headers["Accept"] == "application/json"


@pytest.mark.parametrize("trouble", GONE_WRONG.values(), ids=GONE_WRONG.keys())
async def test_a_read_is_made_again(api: KubeAPI, server: ScriptedAPI, trouble: Reply | Break) -> None:
    """A passing trouble is not the caller's."""
    server.answers.extend((trouble, Reply({"kind": "Secret"})))
    assert await api.get(f"{SECRETS}/a") == {"kind": "Secret"}
    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", GONE_WRONG.values(), ids=GONE_WRONG.keys())
async def test_a_write_is_not_made_again(api: KubeAPI, server: ScriptedAPI, trouble: Reply | Break) -> None:
    """It may have been carried out: only the caller knows what a second one would do."""
    server.answers.append(trouble)
    with pytest.raises(KubeError):
        await api.merge_patch(f"{SECRETS}/a", {}, "oauth-connector")
    assert len(server.requests) == 1


async def test_a_read_is_given_up_after_three_tries(api: KubeAPI, server: ScriptedAPI) -> None:
    """The caller hears what the last of them met."""
    server.always = Reply({"reason": "ServiceUnavailable"}, 503)
    with pytest.raises(KubeError, match="503 ServiceUnavailable"):
        await api.get(f"{SECRETS}/a")
    assert len(server.requests) == 3


REFUSALS = {404: "NotFound", 403: "Forbidden", 409: "SecretConflict", 410: "Expired", 422: "Invalid"}


@pytest.mark.parametrize(("status", "reason"), REFUSALS.items())
async def test_a_refusal_is_not_asked_for_twice(api: KubeAPI, server: ScriptedAPI, status: int, reason: str) -> None:
    """It would be the same again."""
    server.answers.append(Reply({"reason": reason}, status))
    with pytest.raises(KubeError, match=f"{status} {reason}"):
        await api.get(f"{SECRETS}/a")
    assert len(server.requests) == 1


async def test_a_busy_server_tells_the_writer_when_to_come_back(api: KubeAPI, server: ScriptedAPI) -> None:
    """The caller's own schedule decides about a write."""
    server.answers.append(BUSY)
    with pytest.raises(KubeError) as caught:
        await api.delete(f"{SECRETS}/a", "u", "1")
    assert (caught.value.status, caught.value.retry_after) == (429, 1.0)


async def test_a_wait_that_is_longer_than_the_call_may_take_is_the_callers(server: ScriptedAPI) -> None:
    """Retry-After counts for reads; nobody sleeps through what is left of a call's time to fail at its end."""
    server.always = Reply({"reason": "TooManyRequests"}, 429, {"Retry-After": "60"})
    async with KubeAPI(Access(server.url)) as api:
        with pytest.raises(KubeError) as caught:
            await api.get(f"{SECRETS}/a")
    assert caught.value.retry_after == 60.0
    assert len(server.requests) == 1


async def test_a_silent_server_is_not_waited_for_for_ever() -> None:
    """The time is for all tries together."""
    listening = asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await listening.wait()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with asyncio.timeout(10), KubeAPI(Access(f"http://127.0.0.1:{port}"), timeout=0.2) as api:
        with pytest.raises(KubeError, match=r"^0 "):
            await api.get(f"{SECRETS}/a")
    listening.set()
    silent.close()
    await silent.wait_closed()


async def test_a_server_that_is_not_there_is_an_error_without_a_status() -> None:
    """It says how it failed, and nothing else."""
    async with KubeAPI(Access("http://127.0.0.1:1")) as api:
        with pytest.raises(KubeError, match="0 ClientConnectorError") as caught:
            await api.create(SECRETS, {}, "oauth-connector")
    assert caught.value.status == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_refused_token_is_read_again(api: KubeAPI, server: ScriptedAPI, token: Path, method: str) -> None:
    """A 401 means that nothing happened, so that a write is made again too, once."""
    await api.get(SECRETS)
    await asyncio.to_thread(token.write_text, "second")
    server.answers.extend((REFUSED, Reply({"kind": "Secret"})))
    assert await api.request(method, SECRETS) == {"kind": "Secret"}
    assert [request.headers["Authorization"] for request in server.requests] == [
        "Bearer first",
        "Bearer first",
        "Bearer second",
    ]


async def test_a_token_that_stays_refused_is_an_error(api: KubeAPI, server: ScriptedAPI) -> None:
    """After a second 401 nobody goes on asking."""
    server.always = REFUSED
    with pytest.raises(KubeError, match="401 Unauthorized"):
        await api.get(SECRETS)
    assert len(server.requests) == 2


async def test_a_missing_token_is_an_error_like_a_refused_one(server: ScriptedAPI, tmp_path: Path) -> None:
    """Whoever calls handles one kind of error, and no request goes out without a token."""
    async with KubeAPI(Access(server.url, tokens=TokenFile(tmp_path / "none"))) as api:
        with pytest.raises(KubeError, match="401 NoToken"):
            await api.get(SECRETS)
    assert server.requests == []


async def test_the_servers_clock_is_told(api: KubeAPI, server: ScriptedAPI) -> None:
    """As its last answer had it; nothing before the first, and nothing of what is no date."""
    assert api.told_time is None
    server.answers += [
        Reply(headers={"Date": "Fri, 15 Jan 2027 08:00:00 GMT"}),
        Reply({"reason": "Forbidden"}, 403, {"Date": "Fri, 15 Jan 2027 08:00:01 GMT"}),
        Reply(headers={"Date": "soon"}),
    ]
    await api.get(SECRETS)
    assert api.told_time == datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
    with pytest.raises(KubeError):
        await api.get(SECRETS)
    assert api.told_time == datetime(2027, 1, 15, 8, 0, 1, tzinfo=UTC)
    await api.get(SECRETS)
    assert api.told_time is None


async def test_a_redirect_is_not_followed(api: KubeAPI, server: ScriptedAPI) -> None:
    """Our token is for the API server, and for nobody that an answer names."""
    server.answers.append(Reply({}, 307, {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(KubeError, match="307 Unknown"):
        await api.get(SECRETS)
    assert len(server.requests) == 1


async def test_a_list_is_read_page_by_page(api: KubeAPI, server: ScriptedAPI) -> None:
    """Each page names the next; the first asks for the selector, and so do all others."""
    first = {"metadata": {"resourceVersion": "7", "continue": "more"}, "items": [1]}
    server.answers.extend((Reply(first), Reply({"metadata": {"resourceVersion": "7"}, "items": None})))
    pages = [page async for page in api.pages(SECRETS, {"labelSelector": "a=b"})]
    assert [page["items"] for page in pages] == [[1], None]
    assert [request.query for request in server.requests] == [
        {"labelSelector": "a=b", "limit": "100"},
        {"labelSelector": "a=b", "limit": "100", "continue": "more"},
    ]


async def test_each_request_is_observed(server: ScriptedAPI) -> None:
    """Tries count one by one, by verb, resource and code."""
    seen: list[tuple[str, str, str]] = []

    def observe(verb: str, resource: str, code: str, seconds: float) -> None:
        assert seconds >= 0
        seen.append((verb, resource, code))

    server.answers.extend((Break(), Break(), Reply({}, 503), Reply({})))  # aiohttp meets the first by itself
    async with KubeAPI(Access(server.url), observe) as api:
        await api.get(f"{SECRETS}/a")
        await api.json_patch("/apis/oauthconnector.dev/v1alpha1/namespaces/shop/oauthconnectors/a/status", [], "x")
    assert seen == [
        ("GET", "secrets", "error"),
        ("GET", "secrets", "503"),
        ("GET", "secrets", "200"),
        ("PATCH", "oauthconnectors/status", "200"),
    ]


RESOURCES = {
    "/api/v1/namespaces": "namespaces",
    "/api/v1/namespaces/shop": "namespaces",
    "/api/v1/secrets": "secrets",
    "/apis/events.k8s.io/v1/namespaces/shop/events": "events",
    "/version": "other",
}


async def test_resources_are_told_apart_by_their_path(server: ScriptedAPI) -> None:
    """No name of an object becomes a label of a metric."""
    seen: list[str] = []
    async with KubeAPI(Access(server.url), lambda _verb, resource, _code, _seconds: seen.append(resource)) as api:
        for path in RESOURCES:
            await api.get(path)
    assert seen == list(RESOURCES.values())


async def test_a_client_outside_its_context_is_a_bug() -> None:
    """It says so, rather than to open a session that nobody closes."""
    with pytest.raises(RuntimeError, match="outside its context"):
        await KubeAPI(Access("http://127.0.0.1:1")).get(SECRETS)
