"""Requests whose token the API server rejects: those of the client fail, and those of kopf wait."""

import asyncio
from pathlib import Path

import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.api_tokens import TokenFile
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.sessions import Authenticator, open_session
from tests.support.scripted_api import Reply, ScriptedAPI

SECRETS = "/api/v1/namespaces/shop/secrets"
REFUSED = Reply({"reason": "Unauthorized"}, 401)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_rejected_token_is_read_again(api: KubeAPI, server: ScriptedAPI, token: Path, method: str) -> None:
    """A 401 means that nothing happened, so a write is retried too, once."""
    await api.get(SECRETS)
    await asyncio.to_thread(token.write_text, "second")
    server.answers.extend((REFUSED, Reply({"kind": "Secret"})))
    assert await api.request(method, SECRETS) == {"kind": "Secret"}
    assert [request.headers["Authorization"] for request in server.requests] == [
        "Bearer first",
        "Bearer first",
        "Bearer second",
    ]


async def test_a_rejected_token_is_not_sent_again(api: KubeAPI, server: ScriptedAPI) -> None:
    """Without another token the error of the first request counts for all that follow: they are not sent."""
    server.always = REFUSED
    for _ in range(5):
        with pytest.raises(KubeError, match="401 Unauthorized"):
            await api.get(SECRETS)
    assert len(server.requests) == 1


async def test_a_watch_with_a_rejected_token_is_not_opened(api: KubeAPI, server: ScriptedAPI) -> None:
    """A watch is a request like others."""
    server.answers.append(REFUSED)
    for _ in range(2):
        with pytest.raises(KubeError, match="401 Unauthorized"):
            _ = [line async for line in api.read_lines(SECRETS, {}, "application/json", 5)]
    assert len(server.requests) == 1


async def test_a_missing_token_is_an_error_like_a_rejected_one(server: ScriptedAPI, tmp_path: Path) -> None:
    """The caller handles one kind of error, and no request is sent without a token."""
    async with KubeAPI(Access(server.url, tokens=TokenFile(tmp_path / "none"))) as api:
        with pytest.raises(KubeError, match="401 NoToken"):
            await api.get(SECRETS)
    assert server.requests == []


async def test_a_waiting_request_is_sent_with_the_next_token(server: ScriptedAPI, token: Path) -> None:
    """Kopf gets no 401: its request waits for another token, and is then sent with it."""
    access = Access(server.url, tokens=TokenFile(token))
    server.answers.extend((REFUSED, Reply({"kind": "Secret"})))
    authenticator = Authenticator(access.identity)
    async with open_session(access, authenticator.send_or_wait) as session:
        request = asyncio.ensure_future(session.get(server.url + SECRETS))
        while not server.requests:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(token.write_text, "second")
        async with await request as response:
            assert response.status == 200
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer first", "Bearer second"]


async def test_a_waiting_request_can_be_cancelled(server: ScriptedAPI, token: Path) -> None:
    """A stop of kopf does not wait for a token."""
    access = Access(server.url, tokens=TokenFile(token))
    server.always = REFUSED
    async with open_session(access, Authenticator(access.identity).send_or_wait) as session:
        request = asyncio.ensure_future(session.get(server.url + SECRETS))
        while not server.requests:
            await asyncio.sleep(0.01)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
