"""Record the requests to a token endpoint: what was sent and granted, never a value."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class TokenRequests:
    """An ASGI application before another one, with an entry for each request to its path `/token`.

    Refresh tokens are numbered from 1 in the order of issue: `presented` is the number of that in the request, and
    `issued` of that in the response; None if there was none.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._numbers: dict[str, int] = {}
        self.entries: list[dict[str, object]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/token"):
            await self._app(scope, receive, send)
            return
        sent, answered = await _read(receive), _Answer(send)
        await self._app(scope, _Replay(sent, receive), answered)
        self.entries.append(self._entry(_headers(scope), dict(parse_qsl(sent.decode())), answered))

    def _entry(self, headers: dict[str, str], form: dict[str, str], answered: "_Answer") -> dict[str, object]:
        answer = json.loads(answered.body)
        issued = answer.get("refresh_token")
        if issued is not None:
            self._numbers.setdefault(issued, len(self._numbers) + 1)
        return {
            "grant_type": form.get("grant_type"),
            "client_id": form.get("client_id"),
            "authentication": _authentication(headers, form),
            "resource": form.get("resource"),
            "presented": self._numbers.get(form.get("refresh_token", "")),
            "issued": self._numbers.get(issued),
            "result": answer.get("error", "granted"),
        }


class _Replay:
    """The body again, then what follows it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        first, self._first = self._first, None
        return first or await self._receive()


class _Answer:
    """The response on its way, with its body."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.body = b""

    async def __call__(self, message: Message) -> None:
        self.body += message.get("body", b"")
        await self._send(message)


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _headers(scope: Message) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in scope["headers"]}


def _authentication(headers: dict[str, str], form: dict[str, str]) -> str:
    if headers.get("authorization", "").startswith("Basic "):
        return "client_secret_basic"
    if "client_assertion" in form:
        return "private_key_jwt"
    return "client_secret_post" if "client_secret" in form else "none"
