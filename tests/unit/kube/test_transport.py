"""Requests to an API server that is overloaded, disconnects, or is another server."""

import asyncio
from datetime import UTC, datetime

import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.transport import CONNECTIONS, Transport
from tests.support.scripted_api import Break, Reply, ScriptedAPI, Stream

SECRETS = "/api/v1/namespaces/shop/secrets"
BUSY = Reply({"reason": "TooManyRequests"}, 429, {"Retry-After": "1"})
GONE_WRONG = {
    "the API server is overloaded": Reply({"reason": "ServiceUnavailable"}, 503),
    "it failed": Reply({"reason": "InternalError"}, 500),
    "a proxy before it found nobody": Reply(b"<html>bad gateway</html>", 502),
    "the connection broke": Break(),
    "something else answered": Reply(b"<html>please log in</html>"),
}


async def test_a_request_contains_token_query_and_body(api: KubeAPI, server: ScriptedAPI) -> None:
    """Token, formats, query and JSON body have the form that the API server requires."""
    server.answers.append(Reply({"kind": "Secret"}, 201))
    assert await api.create(SECRETS, {"kind": "Secret"}, "oauth-connector") == {"kind": "Secret"}
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("POST", SECRETS, b'{"kind":"Secret"}')
    assert request.query == {"fieldManager": "oauth-connector"}
    assert request.headers["Authorization"] == "Bearer first"
    assert request.headers["Content-Type"] == request.headers["Accept"] == "application/json"


@pytest.mark.parametrize("trouble", GONE_WRONG.values(), ids=GONE_WRONG.keys())
async def test_a_read_is_retried(api: KubeAPI, server: ScriptedAPI, trouble: Reply | Break) -> None:
    """The caller does not notice a transient failure."""
    server.answers.extend((trouble, Reply({"kind": "Secret"})))
    assert await api.get(f"{SECRETS}/a") == {"kind": "Secret"}
    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", GONE_WRONG.values(), ids=GONE_WRONG.keys())
async def test_a_write_is_not_retried(api: KubeAPI, server: ScriptedAPI, trouble: Reply | Break) -> None:
    """It may have happened: only the caller knows whether it can be repeated."""
    server.answers.append(trouble)
    with pytest.raises(KubeError):
        await api.merge_patch(f"{SECRETS}/a", {}, "oauth-connector")
    assert len(server.requests) == 1


async def test_a_read_fails_after_three_attempts(api: KubeAPI, server: ScriptedAPI) -> None:
    """The caller gets the error of the last attempt."""
    server.always = Reply({"reason": "ServiceUnavailable"}, 503)
    with pytest.raises(KubeError, match="503 ServiceUnavailable"):
        await api.get(f"{SECRETS}/a")
    assert len(server.requests) == 3


REFUSALS = {404: "NotFound", 403: "Forbidden", 409: "SecretConflict", 410: "Expired", 422: "Invalid"}


@pytest.mark.parametrize(("status", "reason"), REFUSALS.items())
async def test_a_rejected_read_is_not_retried(api: KubeAPI, server: ScriptedAPI, status: int, reason: str) -> None:
    """The result would be the same."""
    server.answers.append(Reply({"reason": reason}, status))
    with pytest.raises(KubeError, match=f"{status} {reason}"):
        await api.get(f"{SECRETS}/a")
    assert len(server.requests) == 1


async def test_the_error_of_a_write_contains_retry_after(api: KubeAPI, server: ScriptedAPI) -> None:
    """The caller decides when to repeat a write."""
    server.answers.append(BUSY)
    with pytest.raises(KubeError) as caught:
        await api.delete(f"{SECRETS}/a", "u", "1")
    assert (caught.value.status, caught.value.retry_after) == (429, 1.0)


async def test_a_wait_beyond_the_time_limit_is_left_to_the_caller(server: ScriptedAPI) -> None:
    """Retry-After applies to reads; a wait that ends after the time limit is not started."""
    server.always = Reply({"reason": "TooManyRequests"}, 429, {"Retry-After": "60"})
    async with KubeAPI(Access(server.url)) as api:
        with pytest.raises(KubeError) as caught:
            await api.get(f"{SECRETS}/a")
    assert caught.value.retry_after == 60.0
    assert len(server.requests) == 1


async def test_a_silent_server_is_a_timeout() -> None:
    """The time limit includes all attempts."""
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


async def test_an_unreachable_server_is_an_error_without_a_status() -> None:
    """The error contains the kind of failure, and nothing else."""
    async with KubeAPI(Access("http://127.0.0.1:1")) as api:
        with pytest.raises(KubeError, match="0 ClientConnectorError") as caught:
            await api.create(SECRETS, {}, "oauth-connector")
    assert caught.value.status == 0


async def test_the_time_of_the_server_is_known(api: KubeAPI, server: ScriptedAPI) -> None:
    """The time of the last response; none before the first, and none without a valid date."""
    assert api.server_time is None
    server.answers += [
        Reply(headers={"Date": "Fri, 15 Jan 2027 08:00:00 GMT"}),
        Reply({"reason": "Forbidden"}, 403, {"Date": "Fri, 15 Jan 2027 08:00:01 GMT"}),
        Reply(headers={"Date": "soon"}),
    ]
    await api.get(SECRETS)
    assert api.server_time == datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
    with pytest.raises(KubeError):
        await api.get(SECRETS)
    assert api.server_time == datetime(2027, 1, 15, 8, 0, 1, tzinfo=UTC)
    await api.get(SECRETS)
    assert api.server_time is None


async def test_a_redirect_is_not_followed(api: KubeAPI, server: ScriptedAPI) -> None:
    """The token is for the API server only."""
    server.answers.append(Reply({}, 307, {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(KubeError, match="307 Unknown"):
        await api.get(SECRETS)
    assert len(server.requests) == 1


async def test_each_request_is_observed(server: ScriptedAPI) -> None:
    """Each attempt is counted, by verb, resource and code."""
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


async def test_resources_are_named_by_their_path(server: ScriptedAPI) -> None:
    """No name of an object becomes a label of a metric."""
    seen: list[str] = []
    async with KubeAPI(Access(server.url), lambda _verb, resource, _code, _seconds: seen.append(resource)) as api:
        for path in RESOURCES:
            await api.get(path)
    assert seen == list(RESOURCES.values())


async def test_a_client_outside_its_context_is_an_error() -> None:
    """It raises, and opens no session that would stay open."""
    with pytest.raises(RuntimeError, match="outside its context"):
        await KubeAPI(Access("http://127.0.0.1:1")).get(SECRETS)


async def test_a_request_waits_only_for_those_that_were_sent_before_it(api: KubeAPI, server: ScriptedAPI) -> None:
    """Callers that use all connections, each with one request after the other, do not keep another caller out."""
    server.always = Reply({"kind": "Secret"})

    async def send_without_end() -> None:
        while True:
            await api.get(f"{SECRETS}/busy")

    callers = [asyncio.create_task(send_without_end()) for _ in range(CONNECTIONS)]
    while len(server.requests) < CONNECTIONS:
        await asyncio.sleep(0)
    before = len(server.requests)
    async with asyncio.timeout(10):
        await api.get(f"{SECRETS}/late")
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    place = next(at for at, request in enumerate(server.requests) if request.path.endswith("/late"))
    assert place - before <= CONNECTIONS


async def test_no_more_requests_are_sent_at_once_than_allowed(server: ScriptedAPI) -> None:
    """The others wait, but no watch does. A request that ends by its time limit gives its turn back."""
    server.may_answer.clear()
    server.watches.append(Stream(({"type": "ADDED"},)))
    async with Transport(Access(server.url), timeout=2.0) as transport:
        callers = [asyncio.create_task(transport.request("GET", f"{SECRETS}/a")) for _ in range(CONNECTIONS + 8)]
        while len(server.asked) < CONNECTIONS:
            await asyncio.sleep(0)
        lines = transport.read_lines(SECRETS, {"watch": "1"}, "application/json", silence=5.0)
        assert [line async for line in lines] == [b'{"type":"ADDED"}']
        assert len(server.asked) == CONNECTIONS
        failures = await asyncio.gather(*callers, return_exceptions=True)
        assert {str(failure) for failure in failures} == {"0 TimeoutError"}
        server.may_answer.set()
        assert await transport.request("GET", f"{SECRETS}/a") == {}


async def test_a_request_that_was_never_sent_is_not_counted(server: ScriptedAPI) -> None:
    """The metric counts requests, and this one has only waited for its turn."""
    counted: list[str] = []

    def observe(_verb: str, _resource: str, code: str, _seconds: float) -> None:
        counted.append(code)

    async with Transport(Access(server.url), observe, timeout=0.1) as transport:
        for _ in range(CONNECTIONS):
            await transport._turns.acquire()  # as requests do that are in flight
        with pytest.raises(KubeError, match="0 TimeoutError"):
            await transport.request("GET", f"{SECRETS}/a")
    assert (counted, server.requests) == ([], [])
